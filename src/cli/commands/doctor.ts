import type { Command } from '@commander-js/extra-typings';
import type { CliContext, CliResult } from '../context.ts';
import { debugOption, jsonOption } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { installLine } from '../../model/missing-tool.ts';

/** `kubler doctor`: status 3 when something is missing. */
export function registerDoctor(program: Command, context: CliContext, result: CliResult): void {
  program
    .command('doctor')
    .description('say what this machine can do and what it lacks')
    .addOption(jsonOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler doctor\n')
    .action(async (options) => {
      const missing = await context.probe();
      const isReady = missing.every(({ optional }) => optional === true);
      if (!isReady) result.status = 3;
      if (options.json) return context.stdout(renderJson({ engine: 'native', missing }));
      context.stdout(`native engine: ${isReady ? 'ready' : 'not ready'}\n`);
      for (const { tool, need, optional } of missing)
        context.stdout(`  missing${optional ? ', optional' : ''}: ${tool} (${need})\n`);
      const line = installLine(missing);
      if (line) context.stdout(`to get what is missing:\n  ${line}\n`);
    });
}
