import { posix } from 'node:path';
import { parentPath, toRootfs, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';

/** Inode numbers start at 1 in each layer; this keeps those of different layers apart. */
const inodesPerLayer = 2 ** 32;
const opaque = '.wh..wh..opq';
const whiteoutPrefix = '.wh.';

/**
 * The tree `lower` with a layer on top, whose removals are files called `.wh.…`; `index` is the layer's place.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#applying-changesets
 */
export function applyLayer(lower: Rootfs, layer: Rootfs, index: number): Rootfs {
  const removed = new Set<string>();
  const emptied = new Set<string>();
  const added: TreeEntry[] = [];
  for (const entry of layer.values()) {
    const folder = parentPath(entry.path);
    const name = posix.basename(entry.path);
    if (name === opaque) emptied.add(folder);
    else if (name.startsWith(whiteoutPrefix))
      removed.add(posix.join(folder, name.slice(whiteoutPrefix.length)));
    else added.push(withInode(entry, index));
    // What is not a directory has nothing below it.
    if (entry.type !== 'directory') emptied.add(entry.path);
  }
  const stays = ({ path }: TreeEntry) =>
    !removed.has(path) && !isBelow(path, removed) && !isBelow(path, emptied);
  return toRootfs([...[...lower.values()].filter(stays), ...added]);
}

function isBelow(path: string, folders: ReadonlySet<string>): boolean {
  for (let above = path; above !== '';) {
    above = parentPath(above);
    if (folders.has(above)) return true;
  }
  return false;
}

const withInode = (entry: TreeEntry, index: number): TreeEntry =>
  entry.type === 'file' && entry.inode !== undefined
    ? { ...entry, inode: entry.inode + index * inodesPerLayer }
    : entry;
