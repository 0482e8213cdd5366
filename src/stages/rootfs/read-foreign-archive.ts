import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { KublerError } from '../../errors.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { parseTarHeader } from '../../oci/tar-header.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { capped, checkArchive, defaultArchiveLimits, type ArchiveLimits } from './check-archive.ts';
import { findUnpacker, readArchive } from '../../oci/read-archive.ts';
import { readSpool } from './read-spool.ts';
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
 * The tree in a tar archive, plain or compressed with gzip, bzip2, xz or zstd, of which nothing is trusted: throws what
 * `checkArchive` does. Undefined when the file, unpacked, is no tar archive.
 */
export async function readForeignArchive(archive: ForeignArchive): Promise<Rootfs | undefined> {
  const tarFile = await unpack(archive);
  if (!(await beginsLikeTar(tarFile))) return undefined;
  await checkArchive(readArchive(tarFile), archive.limits);
  return (await readSpool(tarFile)).rootfs;
}

async function unpack({
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

async function beginsLikeTar(file: string): Promise<boolean> {
  const block = await readStart(file, 512);
  if (block.length < 512 || block.every((byte) => byte === 0)) return false;
  try {
    parseTarHeader(block);
    return true;
  } catch (error) {
    if (error instanceof KublerError) return false;
    throw error;
  }
}

async function readStart(hostFile: string, length: number): Promise<Buffer> {
  await using file = await open(hostFile);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}
