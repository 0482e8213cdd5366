import { Option, type Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { debugOption, workingDirOption } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject } from '../with-workspace.ts';

/** `kubler graph [TARGET…]` */
export function registerGraph(program: Command, context: CliContext): void {
  program
    .command('graph')
    .description('show which image is built on which, and in which builder')
    .argument('[targets...]', 'NAMESPACE, NAMESPACE/IMAGE, or IMAGE inside a namespace')
    .addOption(
      new Option('--format <format>', 'how')
        .choices(['tree', 'dot', 'json'] as const)
        .default('tree' as const),
    )
    .addOption(workingDirOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler graph --format dot | dot -Tsvg > images.svg\n')
    .action(async (targets, options) => {
      const { project, namespace } = await openProject(context, options);
      const { drawGraph } = await import('../../pipeline/draw-graph.ts');
      const drawn = await drawGraph(project, targets, namespace, options.format);
      context.stdout(typeof drawn === 'string' ? drawn : renderJson(drawn));
    });
}
