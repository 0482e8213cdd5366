import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { findUnpacker, readArchive } from '../../oci/read-archive.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { capped, defaultArchiveLimits, type ArchiveLimits } from './check-archive.ts';
import { unpackFile } from './unpack-file.ts';

export interface ForeignArchive {
  readonly hostFile: string;
  /** Where it is unpacked when it is compressed; must outlive the tree. */
  readonly plainFile: string;
  readonly runner: ProcessRunner;
  /** Default: `defaultArchiveLimits`. */
  readonly limits?: ArchiveLimits;
}

/**
 * A file with the same archive, unpacked if it is compressed with gzip, bzip2, xz or zstd: the file itself, or `plainFile`.
 * Throws `ROOTFS_INVALID` when it is larger than the limit, or damaged.
 */
export async function plainArchive({
  hostFile,
  plainFile,
  runner,
  limits: { maxBytes } = defaultArchiveLimits,
}: ForeignArchive): Promise<string> {
  const unpacker = await findUnpacker(hostFile);
  if (unpacker !== undefined) {
    await unpackFile(runner, unpacker, { hostFile, plainFile, maxBytes });
    return plainFile;
  }
  if (!(await isGzip(hostFile))) return hostFile;
  await pipeline(capped(readArchive(hostFile), maxBytes), createWriteStream(plainFile));
  return plainFile;
}

const isGzip = async (file: string): Promise<boolean> =>
  (await readStart(file, 2)).equals(Buffer.from([0x1f, 0x8b]));

/** The first bytes of a file, fewer where it ends. */
export async function readStart(hostFile: string, length: number): Promise<Buffer> {
  await using file = await open(hostFile);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}
