import { mkdir, readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestHex } from '../model/digest.ts';
import { renderPackages } from '../model/package-document.ts';
import { isImageId, type ImageId } from '../model/image-id.ts';
import type { ImageRecord } from '../model/image-record.ts';
import { writeWhole } from '../oci/whole-file.ts';
import { decodeTree, encodeTree, type BuiltTree } from './tree-file.ts';

/** What of a record says which tree is its own. */
type TreeOwner = Pick<ImageRecord, 'id' | 'manifest'>;

/** What is known of built images, one folder each: `image.json` and `tree-<start of the manifest's digest>.json`. */
export interface RecordStore {
  /** Undefined when there is none, or one of another format: the image is not built. */
  readonly read: (id: ImageId) => Promise<ImageRecord | undefined>;
  /** The final tree of an image with its facts; undefined when the image was replaced since its record was read. */
  readonly readTree: (record: TreeOwner) => Promise<BuiltTree | undefined>;
  readonly hasTree: (record: TreeOwner) => Promise<boolean>;
  /** Replaces both: the new tree comes first and the old one goes last, so that every record has its own. */
  readonly write: (record: ImageRecord, tree: BuiltTree) => Promise<void>;
  readonly remove: (id: ImageId) => Promise<void>;
  /** Ids of all built images, sorted. */
  readonly list: () => Promise<readonly ImageId[]>;
}

export interface RecordsOptions {
  /** Need not exist yet. */
  readonly dir: string;
  /** A folder of this process on the same filesystem, for files in the making. */
  readonly tmpDir: string;
  /** Keeps other processes (and other calls) from changing records meanwhile. */
  readonly withLock: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Raised when records, trees or facts get other members: what another version of Kubler wrote counts as not there. */
const formatVersion = 4;

const recordName = 'image.json';
const documentName = 'PACKAGES.md';
const treeName = ({ manifest }: TreeOwner): string => `tree-${digestHex(manifest.digest).slice(0, 16)}.json`;

/** Opens the records below a folder. */
export function openRecords(options: RecordsOptions): RecordStore {
  const { dir, withLock } = options;
  const treeFile = (record: TreeOwner): string => join(dir, record.id, treeName(record));
  return {
    read: async (id) => {
      const text = await readText(join(dir, id, recordName));
      return text === undefined ? undefined : parseRecord(text);
    },
    readTree: async (record) => {
      const text = await readText(treeFile(record));
      return text === undefined ? undefined : decodeTree(text);
    },
    hasTree: (record) =>
      stat(treeFile(record)).then(
        () => true,
        () => false,
      ),
    write: (record, tree) => withLock(() => replace(options, record, tree)),
    remove: (id) =>
      withLock(async () => {
        await rm(join(dir, id), { recursive: true, force: true });
        // The namespace's folder goes with its last image; another one keeps it.
        await rmdir(dirname(join(dir, id))).catch(() => undefined);
      }),
    list: async () => {
      const names = await readdir(dir, { recursive: true }).catch(() => []);
      return names
        .filter((name) => name.endsWith(`/${recordName}`))
        .map(dirname)
        .filter(isImageId)
        .sort();
    },
  };
}

function parseRecord(text: string): ImageRecord | undefined {
  const { formatVersion: version, ...record } = JSON.parse(text) as ImageRecord & { formatVersion?: number };
  return version === formatVersion ? record : undefined;
}

const readText = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

async function replace({ dir, tmpDir }: RecordsOptions, record: ImageRecord, tree: BuiltTree): Promise<void> {
  const folder = join(dir, record.id);
  await mkdir(folder, { recursive: true });
  const put = (name: string, text: string) => writeWhole(tmpDir, join(folder, name), Buffer.from(text));
  await put(treeName(record), encodeTree(tree));
  await put(recordName, `${JSON.stringify({ formatVersion, ...record }, undefined, 2)}\n`);
  const { document } = record;
  if (document) await put(documentName, renderPackages({ ...record, document }));
  const names = [recordName, treeName(record), ...(document ? [documentName] : [])];
  for (const name of await readdir(folder)) {
    if (!names.includes(name)) await rm(join(folder, name));
  }
}
