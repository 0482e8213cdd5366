import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KublerError } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { capped, defaultArchiveLimits } from './check-archive.ts';
import { findUnpacker, readArchive } from '../../oci/read-archive.ts';
import { unpackFile } from './unpack-file.ts';

/** A tarball that `readArchive` reads: the same file, or one that another program unpacked in the scratch folder. */
export async function unpackArchive(
  { runner, tempDir }: { readonly runner: ProcessRunner; readonly tempDir: string },
  hostFile: string,
): Promise<string> {
  const unpacker = await findUnpacker(hostFile).catch((cause: unknown) => {
    throw new KublerError('ROOTFS_INVALID', `cannot read "${hostFile}": ${(cause as Error).message}`, {
      cause,
    });
  });
  if (unpacker === undefined) return hostFile;
  const plain = join(tempDir, 'unpacked.tar');
  await unpackFile(runner, unpacker, { hostFile, plainFile: plain, maxBytes: defaultArchiveLimits.maxBytes });
  return plain;
}

/**
 * Writes the tar in a plain or gzipped file to another file, so that no one else can change it.
 * @returns SHA-256 of the tar
 */
export async function copyTar(hostFile: string, copy: string, signal?: AbortSignal): Promise<Sha256> {
  const hash = createHash('sha256');
  await saveStream(readArchive(hostFile), copy, {
    ...(signal && { signal }),
    onChunk: (chunk) => void hash.update(chunk),
  });
  return hash.digest('hex');
}

/** Writes a stream to a file. `ROOTFS_INVALID` when it is larger than an archive may be, `INTERRUPTED` on abort. */
export async function saveStream(
  source: AsyncIterable<Uint8Array>,
  hostFile: string,
  options: { readonly signal?: AbortSignal; readonly onChunk?: (chunk: Uint8Array) => void } = {},
): Promise<void> {
  await pipeline(watched(source, options), createWriteStream(hostFile, { flags: 'wx' }));
}

async function* watched(
  source: AsyncIterable<Uint8Array>,
  { signal, onChunk }: Parameters<typeof saveStream>[2] & object,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of capped(source, defaultArchiveLimits.maxBytes)) {
    if (signal?.aborted) throw new KublerError('INTERRUPTED', 'cannot read a tarball: interrupted');
    onChunk?.(chunk);
    yield chunk;
  }
}
