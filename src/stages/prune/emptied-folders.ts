import type { Removal } from './remove-paths.ts';
import { pruneRules } from './rules/table.ts';

interface EmptiedFolders extends Removal {
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly removed: ReadonlyMap<string, string>;
}

/** Folders programs expect to find, empty or not (hier(7), Filesystem Hierarchy Standard). */
const lasting = new Set(
  'dev etc home proc root run srv sys tmp var var/cache var/lib var/log var/spool var/tmp'.split(' '),
);
const rulesLeavingFolders = new Set(pruneRules.filter((rule) => rule.leavesFolders).map((rule) => rule.name));

/**
 * Folders that should go now, with the rule that empties them: those a rule names and nothing is left in, and those
 * whose content went, unless the rule it went by leaves folders to the programs that own them.
 */
export function emptiedFolders(work: EmptiedFolders): ReadonlyMap<string, string> {
  const { tree, chosen, stays, children, removed } = work;
  const emptied = new Map<string, string>();
  const ruleOf = (path: string): string | undefined => removed.get(path) ?? emptied.get(path);
  // Backwards, a folder comes after everything in it.
  for (const [path, entry] of [...tree].reverse()) {
    if (entry.type !== 'directory' || removed.has(path) || lasting.has(path)) continue;
    const rules = (children.get(path) ?? []).map(ruleOf);
    if (rules.includes(undefined)) continue;
    const tidied = rules.some(Boolean) && rules.every((rule) => !rulesLeavingFolders.has(rule ?? ''));
    const rule = chosen.get(path) ?? (tidied ? rules[0] : undefined);
    if (rule !== undefined && !stays(path)) emptied.set(path, rule);
  }
  return emptied;
}
