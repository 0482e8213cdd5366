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
}

export interface PruneResult {
  readonly rootfs: Rootfs;
  /** One for each rule that removed something, in the order of the table. */
  readonly receipts: readonly Receipt[];
}

/**
 * Takes out of a tree what an image can do without. Links that lead nowhere for that reason, and folders that are
 * empty for that reason, go too. Files and bytes of the receipts sum up to the difference of the trees.
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
  const result = removePaths({ tree: rootfs, chosen, stays });
  return { ...result, rootfs: settleMountPoints(result.rootfs, options.protect) };
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
