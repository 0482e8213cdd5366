import { mkdir, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayerTree } from '../model/apply-layer.ts';
import type { TreeFacts } from '../model/file-facts.ts';
import type { LayerSummary } from '../model/image-record.ts';
import type { Layout } from '../oci/layout.ts';
import { writeWhole } from '../oci/whole-file.ts';
import { decodeTree, encodeTree } from './tree-file.ts';

/** The layer of an instruction, as a later build can take it over. */
export interface CachedLayer {
  /** Undefined where it is empty. */
  readonly layer: LayerSummary | undefined;
  readonly tree: LayerTree;
  /** Of its files. */
  readonly facts: TreeFacts;
}

/** Key of an instruction with all it depends on → its layer, whose blob is in the store. */
export interface LayerCache {
  /** Undefined when there is none, or its blob has gone. */
  readonly read: (key: string) => Promise<CachedLayer | undefined>;
  readonly write: (key: string, cached: CachedLayer) => Promise<void>;
  /** Forgets the layers whose blobs have gone. */
  readonly prune: () => Promise<void>;
}

interface StoredLayer {
  readonly layer?: LayerSummary;
  readonly whiteouts: readonly string[];
  readonly tree: string;
}

/** Opens the cache in `dir`, which need not exist yet; `tmpDir` is on its file system. */
export function openLayerCache(options: {
  readonly dir: string;
  readonly tmpDir: string;
  readonly layout: Layout;
  readonly clock: { now(): number };
}): LayerCache {
  const { dir, tmpDir, layout, clock } = options;
  const fileOf = (key: string): string => join(dir, `${key}.json`);
  const load = async (file: string): Promise<StoredLayer | undefined> => {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const stored = JSON.parse(text) as StoredLayer;
    const { layer } = stored;
    return layer === undefined || (await layout.hasBlob(layer.digest)) ? stored : undefined;
  };
  return {
    read: async (key) => {
      const stored = await load(fileOf(key));
      if (!stored) return undefined;
      const { rootfs, facts } = decodeTree(stored.tree);
      // The new date keeps it from being swept before an image names it.
      const now = clock.now() / 1000;
      if (stored.layer) await utimes(layout.blobFile(stored.layer.digest), now, now);
      return { layer: stored.layer, tree: { entries: rootfs, whiteouts: stored.whiteouts }, facts };
    },
    write: async (key, { layer, tree, facts }) => {
      const { entries, whiteouts } = tree;
      const stored: StoredLayer = {
        ...(layer && { layer }),
        whiteouts,
        tree: encodeTree({ rootfs: entries, facts }),
      };
      await mkdir(dir, { recursive: true });
      await writeWhole(tmpDir, fileOf(key), Buffer.from(JSON.stringify(stored)));
    },
    prune: async () => {
      for (const name of await readdir(dir).catch(() => [])) {
        const file = join(dir, name);
        if (!(await load(file))) await rm(file, { force: true });
      }
    },
  };
}
