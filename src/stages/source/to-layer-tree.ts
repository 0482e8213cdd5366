import type { AnyLayerTree } from '../../model/apply-layer.ts';
import type { Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { readWhiteout } from '../../oci/whiteout.ts';

/** Inode numbers start at 1 in each layer; this keeps those of different layers apart. */
const inodesPerLayer = 2 ** 32;

/** What a layer does, from its files, of which some only say what is removed; `index` is the layer's place. */
export function toLayerTree(files: Rootfs, index: number): AnyLayerTree {
  const entries = new Map<string, TreeEntry>();
  const whiteouts: string[] = [];
  const opaque: string[] = [];
  for (const [path, entry] of files) {
    const removal = readWhiteout(path);
    if (!removal) entries.set(path, withInode(entry, index));
    else (removal.kind === 'path' ? whiteouts : opaque).push(removal.path);
  }
  return { entries, whiteouts, opaque };
}

const withInode = (entry: TreeEntry, index: number): TreeEntry =>
  entry.type === 'file' && entry.inode !== undefined
    ? { ...entry, inode: entry.inode + index * inodesPerLayer }
    : entry;
