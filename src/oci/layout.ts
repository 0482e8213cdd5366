import { createHash } from 'node:crypto';
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { digestHex, toDigest, type Digest } from '../model/digest.ts';
import { encodeJson } from './encode-json.ts';
import { parseConfig, parseIndex, parseManifest } from './parse-document.ts';
import { storeCorrupt } from './store-corrupt.ts';
import { mediaTypes, type Descriptor, type ImageConfig, type Index, type Manifest } from './types.ts';
import { readIfThere, statIfThere, writeWhole, moveIn } from './whole-file.ts';

const refName = 'org.opencontainers.image.ref.name';

export interface LayoutOptions {
  /** The folder of the layout; made when it is not there. */
  readonly dir: string;
  /** A folder of this process on the same filesystem, for files in the making. */
  readonly tmpDir: string;
  /** Keeps other processes (and other calls) from changing the references meanwhile. */
  readonly withLock: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A folder of blobs and named images. Each change is there completely or not at all, even after SIGKILL. */
export interface Layout {
  readonly dir: string;
  hasBlob(digest: Digest): Promise<boolean>;
  /** Where a blob is, whether it exists or not. Read only. */
  blobFile(digest: Digest): string;
  writeBlob(bytes: Uint8Array): Promise<Pick<Descriptor, 'digest' | 'size'>>;
  /** Moves a complete file of the same filesystem in, under the digest the caller computed. */
  adoptBlob(hostFile: string, digest: Digest): Promise<void>;
  /** Names a manifest `namespace/name:tag`; a name that is taken moves. `STORE_CORRUPT` unless all it needs is here. */
  setReference(name: string, descriptor: Descriptor): Promise<void>;
  /** Forgets a name; false when there was none. Blobs stay until `collectGarbage`. */
  removeReference(name: string): Promise<boolean>;
  /** Name → descriptor of the manifest, in order of the names. */
  references(): Promise<ReadonlyMap<string, Descriptor>>;
  /** Reads a JSON blob whose bytes are checked; `STORE_CORRUPT` when it is missing, damaged or something else. */
  readManifest(digest: Digest): Promise<Manifest>;
  readConfig(digest: Digest): Promise<ImageConfig>;
  /** Removes the blobs that no reference reaches. */
  collectGarbage(options?: GarbageOptions): Promise<Garbage>;
}

export interface GarbageOptions {
  /**
   * Blobs written at or after this (ms since 1970) stay: a build that goes on beside this may be about to name them.
   */
  readonly writtenBefore?: number;
  /** Only count. */
  readonly dryRun?: boolean;
  /** As if nothing had a name. */
  readonly all?: boolean;
}

export interface Garbage {
  readonly blobs: number;
  readonly bytes: number;
}

/**
 * Opens an OCI image layout, making an empty one when there is none.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md
 */
export async function openLayout(options: LayoutOptions): Promise<Layout> {
  const { dir, withLock } = options;
  await mkdir(blobDir(dir), { recursive: true });
  if (!(await exists(join(dir, 'oci-layout')))) {
    await writeWhole(options.tmpDir, join(dir, 'oci-layout'), encodeJson({ imageLayoutVersion: '1.0.0' }));
  }
  const readManifest = async (digest: Digest) =>
    parseManifest(await readBlob(dir, digest), `manifest ${digest}`);
  return {
    dir,
    hasBlob: (digest) => exists(blobFile(dir, digest)),
    blobFile: (digest) => blobFile(dir, digest),
    writeBlob: async (bytes) => {
      const digest = toDigest(createHash('sha256').update(bytes).digest('hex'));
      await writeWhole(options.tmpDir, blobFile(dir, digest), bytes);
      return { digest, size: bytes.length };
    },
    // Renames over what is there: equal digests are equal bytes, and the new date keeps it from being swept.
    adoptBlob: (hostFile, digest) => moveIn(hostFile, blobFile(dir, digest)),
    setReference: (name, descriptor) =>
      withLock(async () => {
        await reachable(dir, descriptor, (digest) => requireBlob(dir, digest));
        const others = (await readIndex(dir)).manifests.filter((each) => nameOf(each) !== name);
        await writeIndex(options, [
          ...others,
          { ...descriptor, annotations: { ...descriptor.annotations, [refName]: name } },
        ]);
      }),
    removeReference: (name) =>
      withLock(async () => {
        const { manifests } = await readIndex(dir);
        const others = manifests.filter((each) => nameOf(each) !== name);
        if (others.length === manifests.length) return false;
        await writeIndex(options, others);
        return true;
      }),
    references: () => readReferences(dir),
    readManifest,
    readConfig: async (digest) => parseConfig(await readBlob(dir, digest), `config ${digest}`),
    collectGarbage: (garbage = {}) => withLock(() => sweep(dir, garbage)),
  };
}

const blobDir = (dir: string): string => join(dir, 'blobs', 'sha256');
const blobFile = (dir: string, digest: Digest): string => join(blobDir(dir), digestHex(digest));
const nameOf = (descriptor: Descriptor): string | undefined => descriptor.annotations?.[refName];

const exists = async (path: string): Promise<boolean> => (await statIfThere(path)) !== undefined;

/** `Layout.references` of the layout in a folder, which need not be there. */
export async function readReferences(dir: string): Promise<ReadonlyMap<string, Descriptor>> {
  const named = (await readIndex(dir)).manifests.map((each) => [nameOf(each) ?? '', each] as const);
  return new Map(named.filter(([name]) => name !== ''));
}

async function readIndex(dir: string): Promise<Index> {
  const bytes = await readIfThere(join(dir, 'index.json'));
  return bytes
    ? parseIndex(bytes, 'index.json')
    : { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] };
}

async function writeIndex(options: LayoutOptions, manifests: readonly Descriptor[]): Promise<void> {
  const key = (each: Descriptor) => `${nameOf(each) ?? ''} ${each.digest}`;
  const sorted = [...manifests].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const index: Index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: sorted };
  await writeWhole(options.tmpDir, join(options.dir, 'index.json'), encodeJson(index));
}

async function readBlob(dir: string, digest: Digest): Promise<Buffer> {
  const bytes = await readIfThere(blobFile(dir, digest));
  if (!bytes) throw storeCorrupt(`blob ${digest}`, 'it is not there');
  if (toDigest(createHash('sha256').update(bytes).digest('hex')) !== digest) {
    throw storeCorrupt(`blob ${digest}`, 'its bytes have another digest');
  }
  return bytes;
}

async function requireBlob(dir: string, digest: Digest): Promise<void> {
  if (!(await exists(blobFile(dir, digest)))) throw storeCorrupt(`blob ${digest}`, 'it is not there');
}

/** Visits every blob a manifest needs, itself included. */
async function reachable(
  dir: string,
  { digest, mediaType }: Descriptor,
  visit: (digest: Digest) => Promise<void> | void,
): Promise<void> {
  await visit(digest);
  if (mediaType !== mediaTypes.manifest) return;
  const { config, layers } = parseManifest(await readBlob(dir, digest), `manifest ${digest}`);
  for (const part of [config, ...layers]) await visit(part.digest);
}

async function sweep(dir: string, options: GarbageOptions): Promise<Garbage> {
  const { writtenBefore = Infinity, dryRun = false, all = false } = options;
  const used = new Set<string>();
  for (const each of all ? [] : (await readIndex(dir)).manifests) {
    await reachable(dir, each, (digest) => void used.add(digestHex(digest)));
  }
  let blobs = 0;
  let bytes = 0;
  for (const name of await readdir(blobDir(dir))) {
    const file = join(blobDir(dir), name);
    const found = used.has(name) ? undefined : await statIfThere(file);
    if (!found || found.mtimeMs >= writtenBefore) continue;
    if (!dryRun) await unlink(file);
    blobs += 1;
    bytes += found.size;
  }
  return { blobs, bytes };
}
