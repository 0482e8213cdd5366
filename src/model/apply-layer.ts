import { isBelow, toRootfs, type Rootfs } from './tree-entry.ts';

/** What a layer does to the tree below it. */
export interface LayerTree {
  /** Entries to add or replace, with every directory on the way to them. */
  readonly entries: Rootfs;
  /** Paths of the tree below to remove; of a removed directory only its own. */
  readonly whiteouts: readonly string[];
}

/** A layer that may come from elsewhere. */
export interface AnyLayerTree extends LayerTree {
  /** Directories of the tree below of which nothing shows through; `''` is the root. */
  readonly opaque?: readonly string[];
}

/**
 * A tree with a layer on top. What the layer brings is what it removes from below first: nothing is left under a
 * directory that became a file or a link, while a directory on a directory keeps what is in it.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#applying-changesets
 */
export function applyLayer(lower: Rootfs, { entries, whiteouts, opaque = [] }: AnyLayerTree): Rootfs {
  const removed = new Set(whiteouts);
  const emptied = new Set(opaque);
  const hides = (path: string): boolean => {
    const type = entries.get(path)?.type ?? 'directory';
    return removed.has(path) || emptied.has(path) || type !== 'directory';
  };
  const kept = [...lower.values()].filter(({ path }) => !removed.has(path) && !isBelow(path, hides));
  return toRootfs([...kept, ...entries.values()]);
}
