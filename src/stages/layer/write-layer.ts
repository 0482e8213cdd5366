import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import type { LayerTree } from '../../model/apply-layer.ts';
import { toRootfs, type FileEntry } from '../../model/tree-entry.ts';
import { gzipBlocks } from '../../oci/gzip.ts';
import type { Layout } from '../../oci/layout.ts';
import { rechunk } from '../../oci/rechunk.ts';
import { tally } from '../../oci/tally.ts';
import { writeTar } from '../../oci/tar-write.ts';
import { readWhiteout, whiteoutOf } from '../../oci/whiteout.ts';
import { normalise } from './normalise.ts';
import { toMembers } from './to-members.ts';

/** A layer in the store. */
export interface Layer {
  /** Of the gzipped tar: the blob's name. */
  readonly digest: Digest;
  /** Of the tar. */
  readonly diffId: Digest;
  /** Of the blob. */
  readonly sizeBytes: number;
  /** Of the tar. */
  readonly uncompressedBytes: number;
  /** Entries that are not directories; removed paths are not counted. */
  readonly files: number;
}

export interface WriteLayerOptions extends LayerTree {
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly layout: Layout;
  /** On the layout's filesystem. */
  readonly tmpDir: string;
  readonly signal?: AbortSignal;
}

/**
 * Writes a layer into the store: tar, both digests and compression in one pass. It appears there complete or not at
 * all. Throws `ROOTFS_INVALID` when a content can no longer be read, `INTERRUPTED` soon after an abort.
 */
export async function writeLayer(options: WriteLayerOptions): Promise<Layer> {
  const folder = await mkdtemp(join(options.tmpDir, 'layer-'));
  try {
    const hostFile = join(folder, 'layer.tar.gz');
    const layer = await writeTarGz(options, hostFile);
    await options.layout.adoptBlob(hostFile, layer.digest);
    return layer;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Large enough that hashing and writing cost no more than their bytes. */
const chunkBytes = 1 << 20;

async function writeTarGz(
  { entries, whiteouts, epoch, signal }: WriteLayerOptions,
  hostFile: string,
): Promise<Layer> {
  for (const path of entries.keys()) refuseWhiteoutName(path);
  const tree = normalise(toRootfs([...entries.values(), ...whiteouts.map(toWhiteout)]), epoch);
  const uncompressed = tally();
  const compressed = tally();
  const tar = uncompressed.count(abortable(rechunk(writeTar(toMembers(tree)), chunkBytes), signal));
  await writeFile(hostFile, compressed.count(gzipBlocks(tar)), { flag: 'wx' });
  return {
    digest: compressed.digest(),
    diffId: uncompressed.digest(),
    sizeBytes: compressed.bytes(),
    uncompressedBytes: uncompressed.bytes(),
    files: [...entries.values()].filter((entry) => entry.type !== 'directory').length,
  };
}

function refuseWhiteoutName(path: string): void {
  if (!readWhiteout(path)) return;
  throw new KublerError(
    'LAYER_UNREPRESENTABLE',
    `cannot put file "/${path}" into an image: its name means a removal`,
  );
}

async function* abortable<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  for await (const chunk of source) {
    if (signal?.aborted) throw new KublerError('INTERRUPTED', 'cannot write a layer: interrupted');
    yield chunk;
  }
}

function toWhiteout(path: string): FileEntry {
  return {
    type: 'file',
    path: whiteoutOf(path),
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    xattrs: new Map(),
    size: 0,
    sha256: emptySha256,
    content: { kind: 'bytes', bytes: new Uint8Array() },
  };
}

const emptySha256 = createHash('sha256').digest('hex');
