import type { LayerTree } from '../../model/apply-layer.ts';
import {
  compareBytes,
  isBelow,
  parentPath,
  toRootfs,
  type DirectoryEntry,
  type Rootfs,
  type TreeEntry,
} from '../../model/tree-entry.ts';
import { isSame } from './is-same.ts';

/**
 * What turns the image `parent` into one that also has `tree`. Paths that `tree` lacks stay unless they are in
 * `deleted`, so `tree` need not repeat the parent. A different mtime alone is no difference. Whiteouts are in byte order.
 *
 * The directories above each entry are repeated with their attributes: Docker's overlay2 driver makes those a layer
 * leaves out with mode 0755, which would open `/root` and close `/tmp`.
 */
export function diffTrees(parent: Rootfs, tree: Rootfs, deleted: ReadonlySet<string>): LayerTree {
  const added = [...tree.values()].filter((entry) => {
    const former = parent.get(entry.path);
    return !former || !isSame(former, entry);
  });
  const whiteouts = toWhiteouts(parent, tree, deleted);
  const paths = [...added.map((entry) => entry.path), ...whiteouts];
  return { entries: toRootfs([...directoriesAbove(paths, parent, tree), ...added]), whiteouts };
}

function toWhiteouts(parent: Rootfs, tree: Rootfs, deleted: ReadonlySet<string>): string[] {
  const isGone = (path: string) => deleted.has(path) && parent.has(path) && !tree.has(path);
  // Below a removed directory, or one that became something else, everything is gone with it.
  const hides = (path: string) => isGone(path) || (tree.get(path)?.type ?? 'directory') !== 'directory';
  return [...deleted].filter((path) => isGone(path) && !isBelow(path, hides)).sort(compareBytes);
}

function directoriesAbove(paths: readonly string[], parent: Rootfs, tree: Rootfs): TreeEntry[] {
  const above = new Map<string, TreeEntry>();
  for (const path of paths) {
    for (let folder = parentPath(path); folder !== '' && !above.has(folder); folder = parentPath(folder)) {
      above.set(folder, tree.get(folder) ?? parent.get(folder) ?? plainDirectory(folder));
    }
  }
  return [...above.values()];
}

const plainDirectory = (path: string): DirectoryEntry => ({
  type: 'directory',
  path,
  mode: 0o755,
  uid: 0,
  gid: 0,
  mtime: 0,
  xattrs: new Map(),
});
