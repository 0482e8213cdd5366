import type { Rootfs, TreeEntry } from './tree-entry.ts';
import { walkPath, type PathNode, type Walked } from './walk-path.ts';

/** Where a path leads inside a tree. `path` is `''` for the root, which needs no entry and never has one. */
export type Resolution =
  | {
      readonly found: true;
      readonly path: string;
      readonly entry: TreeEntry | undefined;
      /** The links that were followed. */
      readonly links: readonly string[];
    }
  /** `at`: the path the walk got to, every link before it followed. */
  | { readonly found: false; readonly reason: NonNullable<Walked['failure']>; readonly at: string };

/** Follows a path as the kernel would in a container of this tree; see `walkPath`. Never throws. */
export function resolvePath(tree: Rootfs, path: string): Resolution {
  const { path: at, links, failure } = walkPath(path, (each) => nodeOf(tree.get(each)));
  return failure === undefined
    ? { found: true, path: at, entry: tree.get(at), links }
    : { found: false, reason: failure, at };
}

function nodeOf(entry: TreeEntry | undefined): PathNode | undefined {
  if (!entry) return undefined;
  return entry.type === 'symlink' ? { target: entry.target } : { isDirectory: entry.type === 'directory' };
}
