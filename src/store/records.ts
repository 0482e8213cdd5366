import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isImageId, type ImageId } from '../model/image-id.ts';
import type { ImageRecord } from '../model/image-record.ts';
import { writeWhole } from '../oci/whole-file.ts';
import { decodeTree, encodeTree, type BuiltTree } from './tree-file.ts';

/** What is known of built images, one folder each: `image.json` and `tree.json`. */
export interface RecordStore {
  readonly read: (id: ImageId) => Promise<ImageRecord | undefined>;
  /** The final tree of an image with its facts; undefined when it was not built. */
  readonly readTree: (id: ImageId) => Promise<BuiltTree | undefined>;
  /** Replaces both; the record comes last, so that it never speaks of a tree that is not there. */
  readonly write: (record: ImageRecord, tree: BuiltTree) => Promise<void>;
  readonly remove: (id: ImageId) => Promise<void>;
  /** Ids of all built images, sorted. */
  readonly list: () => Promise<readonly ImageId[]>;
}

/** Opens the records below `dir`, which need not exist yet; `tmpDir` is on its file system. */
export function openRecords(dir: string, tmpDir: string): RecordStore {
  const recordFile = (id: ImageId): string => join(dir, id, 'image.json');
  const treeFile = (id: ImageId): string => join(dir, id, 'tree.json');
  const readText = (file: string): Promise<string | undefined> =>
    readFile(file, 'utf8').catch(() => undefined);
  return {
    read: async (id) => {
      const text = await readText(recordFile(id));
      return text === undefined ? undefined : (JSON.parse(text) as ImageRecord);
    },
    readTree: async (id) => {
      const text = await readText(treeFile(id));
      return text === undefined ? undefined : decodeTree(text);
    },
    write: async (record, tree) => {
      await mkdir(join(dir, record.id), { recursive: true });
      await writeWhole(tmpDir, treeFile(record.id), Buffer.from(encodeTree(tree)));
      await writeWhole(
        tmpDir,
        recordFile(record.id),
        Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`),
      );
    },
    remove: async (id) => {
      await rm(join(dir, id), { recursive: true, force: true });
      // The namespace's folder goes with its last image; another one keeps it.
      await rmdir(dirname(join(dir, id))).catch(() => undefined);
    },
    list: async () => {
      const names = await readdir(dir, { recursive: true }).catch(() => []);
      return names
        .flatMap((name) => {
          const id = name.endsWith('/image.json') ? name.slice(0, -'/image.json'.length) : '';
          return isImageId(id) ? [id] : [];
        })
        .sort();
    },
  };
}
