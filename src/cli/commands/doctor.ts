import type { Command } from '@commander-js/extra-typings';
import type { CliContext, CliResult } from '../context.ts';
import { dataDirOption, debugOption, jsonOption, workingDirOption } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { installLine } from '../../model/missing-tool.ts';
import { KublerError, KublerErrors } from '../../errors.ts';
import type { Project } from '../../model/project.ts';
import { openProject, type ProjectFlags } from '../with-workspace.ts';

/** `kubler doctor`: status 3 when something is missing. */
export function registerDoctor(program: Command, context: CliContext, result: CliResult): void {
  program
    .command('doctor')
    .description('say what this machine can do and what it lacks')
    .addOption(jsonOption)
    .addOption(workingDirOption)
    .addOption(dataDirOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler doctor\n')
    .action(async (options) => {
      const missing = await context.probe(await findProject(context, options));
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

/** The project here, if there is one that can be read: its builders may need more than the shipped one. */
async function findProject(context: CliContext, flags: ProjectFlags): Promise<Project | undefined> {
  try {
    return (await openProject(context, flags)).project;
  } catch (error) {
    if (!(error instanceof KublerError || error instanceof KublerErrors)) throw error;
    const isThere = error instanceof KublerErrors || error.code !== 'CONFIG_NOT_FOUND';
    if (isThere)
      context.stderr('warning: this project has faults, so what its builders need is not looked for\n');
    return undefined;
  }
}
