import type { TreeFacts } from '../../model/file-facts.ts';
import { findCommand } from '../../model/find-command.ts';
import { missingInterpreter } from '../../model/find-interpreter.ts';
import { isModule } from '../../model/shebang.ts';
import type { Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { keepFilter } from './keep-filter.ts';
import { namedPaths } from './named-paths.ts';
import type { PruneResult } from './prune.ts';
import { removePaths } from './remove-paths.ts';

export interface OrphanOptions {
  /** Facts of the tree and of its parents. */
  readonly facts: TreeFacts;
  /** The tree of the parent image: its interpreters count, its scripts are never touched. */
  readonly parent: Rootfs;
  /** Globs of KEEP. */
  readonly keep: readonly string[];
  /** Commands that the image starts: first words of ENTRYPOINT, CMD, HEALTHCHECK. */
  readonly entrypoints: readonly string[];
}

/**
 * Drops scripts that cannot start because their interpreter is not in the image, as far as a package brought them and
 * nothing that stays names them. The others stay, for `prove` to report. The receipt is called `orphan-scripts`.
 */
export async function dropOrphanScripts(
  rootfs: Rootfs,
  options: OrphanOptions,
): Promise<Omit<PruneResult, 'heldBack'>> {
  const keeps = keepFilter(options.keep);
  const stays = (path: string): boolean => options.parent.has(path) || keeps(path);
  const whole = new Map([...options.parent, ...rootfs]);
  const started = new Set(options.entrypoints.map((command) => realPath(whole, command)));
  const mayGo = (entry: TreeEntry): boolean =>
    entry.origin?.kind === 'package' &&
    !started.has(entry.path) &&
    !stays(entry.path) &&
    !isModule(entry.path);
  const orphans = findOrphans(whole, [...rootfs.values()].filter(mayGo), options.facts);
  if (orphans.size === 0) return { rootfs, receipts: [] };

  const rest = new Map([...rootfs].filter(([path]) => !orphans.has(path)));
  const named = await namedPaths({ among: orphans, kept: rest, tree: whole, facts: options.facts });
  const chosen = [...orphans].filter((path) => !named.has(path));
  return removePaths({
    tree: rootfs,
    chosen: new Map(chosen.map((path) => [path, 'orphan-scripts'])),
    stays,
  });
}

/** Scripts without an interpreter; again and again, since an interpreter may be a script itself. */
function findOrphans(whole: Rootfs, scripts: readonly TreeEntry[], facts: TreeFacts): ReadonlySet<string> {
  const orphans = new Set<string>();
  for (let before = -1; before !== orphans.size;) {
    before = orphans.size;
    const tree = new Map([...whole].filter(([path]) => !orphans.has(path)));
    for (const { path } of scripts) {
      const shebang = facts.get(path)?.shebang;
      if (shebang !== undefined && missingInterpreter(tree, shebang)) orphans.add(path);
    }
  }
  return orphans;
}

function realPath(tree: Rootfs, command: string): string {
  const found = findCommand(tree, command);
  return found.found ? found.path : command.replace(/^\/+/, '');
}
