import type { Command } from '@commander-js/extra-typings';
import type { CliContext } from '../context.ts';
import { dataDirOption, debugOption, jsonOption, workingDirOption } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler update` */
export function registerUpdate(program: Command, context: CliContext): void {
  program
    .command('update')
    .description('fetch the current package indexes and say what changed in them')
    .addOption(jsonOption)
    .addOption(workingDirOption)
    .addOption(dataDirOption)
    .addOption(debugOption)
    .addHelpText('after', '\nExample:\n  kubler update && kubler build\n')
    .action(async (options) => {
      const { project } = await openProject(context, options);
      const { updateIndexes } = await import('../../pipeline/update-indexes.ts');
      const updates = await withWorkspace(context, project, (workspace) => updateIndexes(workspace, project));
      if (options.json) return context.stdout(renderJson(updates));
      for (const { user, suite, date, changes } of updates) {
        context.stdout(`${suite} (${user}), as of ${new Date(date * 1000).toISOString().slice(0, 10)}: `);
        if (!changes) context.stdout('first index\n');
        else if (changes.changed.length + changes.added.length + changes.removed.length === 0) {
          context.stdout('unchanged\n');
        } else {
          const { added, removed, changed } = changes;
          context.stdout(`${changed.length} changed, ${added.length} added, ${removed.length} removed\n`);
          for (const { name, old, new: fresh } of changed) context.stdout(`  ${name} ${old} -> ${fresh}\n`);
          if (added.length > 0) context.stdout(`  added: ${listNames(added)}\n`);
          if (removed.length > 0) context.stdout(`  removed: ${listNames(removed)}\n`);
        }
      }
    });
}

/** The first names of a list that may be long. */
function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10);
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
