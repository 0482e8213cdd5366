import type { Command } from '@commander-js/extra-typings';
import type { IndexUpdate } from '../../pipeline/plan/update-indexes.ts';
import type { CliContext } from '../context.ts';
import { harmless } from '../harmless.ts';
import { jsonOption, withProject } from '../project-options.ts';
import { renderJson } from '../render-json.ts';
import { openProject, withWorkspace } from '../with-workspace.ts';

/** `kubler update` */
export function registerUpdate(program: Command, context: CliContext): void {
  withProject(
    program
      .command('update')
      .description('fetch the current package indexes and say what changed in them')
      .addOption(jsonOption),
  )
    .addHelpText('after', '\nExample:\n  kubler update && kubler build\n')
    .action(async (options) => {
      const { project } = await openProject(context, options);
      const { updateIndexes } = await import('../../pipeline/plan/update-indexes.ts');
      const updates = await withWorkspace(context, project, (workspace) => updateIndexes(workspace, project));
      if (options.json) return context.stdout(renderJson(updates));
      context.stdout(updates.map(renderUpdate).join(''));
    });
}

/** Of each kind of change: a point release of Debian has some hundreds. */
const mostShown = 40;

/** What an update brought, in lines; long lists end with how many more there are. */
export function renderUpdate({ user, suite, date, changes }: IndexUpdate): string {
  const title = `${suite} (${user}), as of ${new Date(date * 1000).toISOString().slice(0, 10)}`;
  if (!changes) return `${title}: first index\n`;
  const { added, removed, changed } = changes;
  if (changed.length + added.length + removed.length === 0) return `${title}: unchanged\n`;
  return [
    `${title}: ${changed.length} changed, ${added.length} added, ${removed.length} removed`,
    ...firstOf(changed.map((each) => `changed  ${each.name} ${each.old} -> ${each.new}`)),
    ...firstOf(added.map((name) => `added    ${name}`)),
    ...firstOf(removed.map((name) => `removed  ${name}`)),
    '',
  ].join('\n');
}

function firstOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - mostShown;
  const shown = lines.slice(0, mostShown).map((line) => `  ${harmless(line)}`);
  return more > 0 ? [...shown, `  and ${more} more (--json lists all)`] : shown;
}
