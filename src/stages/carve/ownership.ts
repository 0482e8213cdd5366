import { compareBytes } from '../../model/tree-entry.ts';
import type { PackageDatabase } from './databases/database.ts';
import { mergedUsrLinks } from './generated-files.ts';
import type { PathResolver } from './resolve-paths.ts';

/** Path as it is in the target root → the package that installed it, apart for packages that are kept and others. */
export interface Ownership {
  readonly kept: ReadonlyMap<string, string>;
  readonly others: ReadonlyMap<string, string>;
}

/**
 * Maps every path of the package database to its owner. Lists name paths as the package shipped them: directories that are
 * links (usr-merge) are followed, and diverted files are looked up where they are now. A path of several packages
 * belongs to the first kept one in byte order. The links of a merged `/usr` are nobody's: packages have folders of those names.
 */
export function ownership(state: PackageDatabase, keep: ReadonlySet<string>, paths: PathResolver): Ownership {
  const kept = new Map<string, string>();
  const others = new Map<string, string>();
  const divert = diversionOf(state, paths);
  const merged = new Set(mergedUsrLinks.filter((path) => paths.linkTarget(path) !== undefined));
  for (const key of [...state.files.keys()].sort(compareBytes)) {
    const owned = keep.has(key) ? kept : others;
    for (const listed of state.files.get(key) ?? []) {
      const path = divert(paths.canonical(listed), key);
      if (!owned.has(path) && !merged.has(path)) owned.set(path, key);
    }
  }
  return { kept, others };
}

function diversionOf(state: PackageDatabase, paths: PathResolver): (path: string, key: string) => string {
  const diversions = new Map(state.diversions.map((each) => [paths.canonical(each.from), each]));
  return (path, key) => {
    const diversion = diversions.get(path);
    if (diversion === undefined || diversion.by === key.replace(/:.*$/s, '')) return path;
    return paths.canonical(diversion.to);
  };
}
