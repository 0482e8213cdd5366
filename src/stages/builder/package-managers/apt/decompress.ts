import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, rename } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { KublerError } from '../../../../errors.ts';
import type { Sha256 } from '../../../../model/digest.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';

/** Bytes a package index may have when uncompressed. Debian's main has 50 million. */
const maxIndexBytes = 1024 ** 3;

/**
 * Writes the uncompressed content of `file` (`.xz`, `.gz` or neither, told by its name) to `target`, on the same
 * file system. Throws `CHECKSUM_MISMATCH` for damaged content, `DOWNLOAD_FAILED` past the limit.
 */
export async function decompress(file: string, target: string, runner: ProcessRunner): Promise<void> {
  if (file.endsWith('.xz')) return unxz(file, target, runner);
  if (!file.endsWith('.gz')) return link(file, target);
  await pipeline(createReadStream(file), createGunzip(), limit(file), createWriteStream(target)).catch(
    (cause: unknown) => {
      throw cause instanceof KublerError ? cause : damaged(file, String(cause), cause);
    },
  );
}

/** xz(1): the size is known before anything is written. */
async function unxz(file: string, target: string, runner: ProcessRunner): Promise<void> {
  const list = await runner.run({ argv: ['xz', '--robot', '--list', file] });
  const size = Number(/^totals\t(?:[^\t]*\t){3}(\d+)/m.exec(list.stdout)?.[1] ?? Number.NaN);
  if (Number.isNaN(size)) throw damaged(file, list.stderr);
  if (size > maxIndexBytes) throw tooLarge(file);
  const result = await runner.run({
    argv: ['xz', '--decompress', '--keep', '--memlimit-decompress=512MiB', file],
  });
  if (result.exitCode !== 0) throw damaged(file, result.stderr);
  await rename(file.slice(0, -'.xz'.length), target);
}

function limit(file: string): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length;
      done(size > maxIndexBytes ? tooLarge(file) : null, chunk);
    },
  });
}

/** SHA-256 of a file. */
export async function hashFile(file: string): Promise<Sha256> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const damaged = (file: string, reason: string, cause?: unknown): KublerError =>
  new KublerError('CHECKSUM_MISMATCH', `cannot decompress "${file}": ${reason.trim()}`, { cause });

const tooLarge = (file: string): KublerError =>
  new KublerError(
    'DOWNLOAD_FAILED',
    `cannot decompress "${file}": it is larger than maxIndexBytes, ${maxIndexBytes} bytes`,
  );
