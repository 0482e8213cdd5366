import { matchesAny } from '../../model/glob.ts';
import type { Receipt } from '../../model/receipt.ts';
import type { Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { keepFilter } from './keep-filter.ts';
import { removePaths } from './remove-paths.ts';
import type { HasPath, PruneRule } from './rules/rule.ts';
import { type RuleChoice, selectRules } from './select-rules.ts';
import { settleMountPoints } from './settle-mount-points.ts';

export interface PruneOptions extends RuleChoice {
  /** Globs of paths that stay whatever the rules say (KEEP); a folder stands for all that is in it. */
  readonly keep: readonly string[];
  /** Paths of the parent image: never touched. */
  readonly protect: ReadonlySet<string>;
  /** Which paths would be missed by what is left: path → who needs it. Default: none. */
  readonly missedBy?: (left: Rootfs) => ReadonlyMap<string, string>;
}

/** A path that stays although a rule names it. */
export interface HeldBack {
  readonly rule: string;
  readonly path: string;
  /** A path, absolute, or an instruction of the Dockerfile. */
  readonly neededBy: string;
}

export interface PruneResult {
  readonly rootfs: Rootfs;
  /** One for each rule that removed something, in the order of the table. */
  readonly receipts: readonly Receipt[];
  readonly heldBack: readonly HeldBack[];
}

/**
 * Takes out of a tree what an image can do without. Links that lead nowhere for that reason, and folders that are
 * empty for that reason, go too. What the rest could not run without is held back. Files and bytes of the receipts sum
 * up to the difference of the trees.
 */
export function prune(rootfs: Rootfs, options: PruneOptions): PruneResult {
  const keeps = keepFilter(options.keep);
  const stays = (path: string): boolean => options.protect.has(path) || keeps(path);
  const has = (path: string): boolean => rootfs.has(path) || options.protect.has(path);
  const rules = selectRules(options).map(compileRule);
  const chosen = new Map<string, string>();
  for (const entry of rootfs.values()) {
    const rule = rules.find((each) => each.names(entry, has));
    if (rule && !stays(entry.path)) chosen.set(entry.path, rule.name);
  }
  const held = new Map<string, string>();
  for (;;) {
    const wanted = new Map([...chosen].filter(([path]) => !held.has(path)));
    const result = removePaths({
      tree: rootfs,
      chosen: wanted,
      stays: (path) => stays(path) || held.has(path),
    });
    const missed = [...(options.missedBy?.(result.rootfs) ?? [])].filter(([path]) => !held.has(path));
    for (const [path, by] of missed) held.set(path, by);
    if (missed.length > 0) continue;
    const settled = settleMountPoints(result.rootfs, options.protect);
    return { ...result, rootfs: settled, heldBack: heldBackFrom(chosen, held, keeps) };
  }
}

/** What rules wanted, but for what something needs that KEEP names: that goes without saying. */
function heldBackFrom(
  chosen: ReadonlyMap<string, string>,
  held: ReadonlyMap<string, string>,
  keeps: (path: string) => boolean,
): readonly HeldBack[] {
  const implied = (by: string): boolean => {
    const path = by.slice(1);
    const next = held.get(path);
    return keeps(path) || (next !== undefined && next !== by && implied(next));
  };
  return [...held].flatMap(([path, neededBy]) => {
    const rule = chosen.get(path);
    return rule === undefined || implied(neededBy) ? [] : [{ rule, path, neededBy }];
  });
}

interface CompiledRule {
  readonly name: string;
  readonly names: (entry: TreeEntry, has: HasPath) => boolean;
}

function compileRule(rule: PruneRule): CompiledRule {
  const removes = matchesAny(rule.remove);
  const excepts = matchesAny(rule.except ?? []);
  return {
    name: rule.name,
    names: (entry, has) => removes(entry.path) && !excepts(entry.path) && (rule.when?.(entry, has) ?? true),
  };
}
