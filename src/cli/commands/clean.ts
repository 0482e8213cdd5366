import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { engineOption, jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { formatBytes } from '../table.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler clean` */
export function registerClean(program: Command, context: CliContext): void {
  withProject(
    program
      .command('clean')
      .description('remove what no built image needs any more, kept shells too')
      .option('--all', 'remove built images, builders and downloads too')
      .option('-n, --dry-run', 'say what would be removed, and stop')
      .addOption(jsonOption)
      .addOption(engineOption),
  )
    .addHelpText('after', '\nExample:\n  kubler clean --dry-run\n')
    .action(async (options) => {
      const { project } = await openProject(context, options);
      const { cleanProject } = await import('../../pipeline/images/clean-project.ts');
      const removed = await withWorkspace(context, project, (workspace) =>
        cleanProject(workspace, project, { all: options.all ?? false, dryRun: options.dryRun ?? false }),
      );
      if (options.json) return context.stdout(renderJson(removed));
      for (const { what, count, names = [], bytes } of removed) {
        const which = names.length > 0 ? ` (${names.join(', ')})` : '';
        context.stdout(`${what}: ${count}${which}, ${formatBytes(bytes)}\n`);
      }
    });
}
