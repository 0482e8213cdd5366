import { Option, type Command } from '@commander-js/extra-typings';
import { throwFaults } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler graph [TARGET…]` */
export function registerGraph(program: Command, context: CliContext): void {
  withProject(
    program
      .command('graph')
      .description('show which image is built on which, and in which builder')
      .argument('[targets...]', 'NAMESPACE, NAMESPACE/IMAGE, or IMAGE inside a namespace')
      .addOption(
        new Option('--format <format>', 'how')
          .choices(['tree', 'dot', 'json'] as const)
          .default('tree' as const),
      ),
  )
    .addHelpText('after', '\nExample:\n  kubler graph --format dot | dot -Tsvg > images.svg\n')
    .action(async (targets, options) => {
      const { project, namespace } = await openProject(context, options, {}, { tellsFaults: true });
      const { drawGraph } = await import('../../pipeline/plan/draw-graph.ts');
      const { foreignParents, readImports } = await import('../../pipeline/plan/read-imports.ts');
      // The data dir is only looked into where a parent may have been imported.
      const imports =
        foreignParents(project).length === 0
          ? new Map<never, never>()
          : await withWorkspace(context, project, ({ records }) => readImports(records, project));
      const graph = {
        imported: new Set(imports.keys()),
        ...(namespace !== undefined && { defaultNamespace: namespace }),
      };
      const { drawn, faults } = await drawGraph(project, targets, graph, options.format);
      context.stdout(typeof drawn === 'string' ? drawn : renderJson(drawn));
      throwFaults(faults);
    });
}
