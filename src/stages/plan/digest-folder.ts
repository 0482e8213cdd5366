import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import { compareBytes } from '../../model/tree-entry.ts';

/** Lower-case hex SHA-256 of a text or bytes. */
export const sha256 = (data: string | Uint8Array): Sha256 => createHash('sha256').update(data).digest('hex');

/** What the folder of an image or builder may hold at most. */
export interface FolderLimits {
  readonly maxFiles: number;
  /** Bytes of all files together. */
  readonly maxBytes: number;
}

const defaultLimits: FolderLimits = { maxFiles: 100_000, maxBytes: 16 * 2 ** 30 };

/**
 * Digest of every file of a folder, by its path inside: content and whether it may be executed, nothing that differs
 * between two checkouts of the same commit (time, owner, umask). In byte order; `.git` is left out, links are not
 * followed. Throws `CONFIG_INVALID` when the folder holds more than the limits.
 */
export async function digestFolder(
  dir: string,
  limits: FolderLimits = defaultLimits,
): Promise<ReadonlyMap<string, Sha256>> {
  const digests = new Map<string, Sha256>();
  let bytes = 0;
  for (const path of (await listFolder(dir, limits)).sort(compareBytes)) {
    const stat = await lstat(join(dir, path));
    if (stat.isSymbolicLink()) digests.set(path, sha256(`link ${await readlink(join(dir, path))}`));
    if (stat.isDirectory()) digests.set(path, sha256('directory'));
    if (!stat.isFile()) continue;
    bytes += stat.size;
    if (bytes > limits.maxBytes) throw tooMuch(dir, `more than ${limits.maxBytes} bytes (maxBytes)`);
    digests.set(path, await digestFile(join(dir, path), (stat.mode & 0o100) !== 0));
  }
  return digests;
}

/** Paths of everything below a folder, relative to it. */
async function listFolder(dir: string, { maxFiles }: FolderLimits): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      if (entry.name === '.git') continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      found.push(path);
      if (entry.isDirectory()) folders.push(path);
      if (found.length > maxFiles) throw tooMuch(dir, `more than ${maxFiles} files (maxFiles)`);
    }
  }
  return found;
}

async function digestFile(file: string, executable: boolean): Promise<Sha256> {
  const hash = createHash('sha256').update(executable ? 'executable ' : 'plain ');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const tooMuch = (dir: string, what: string): KublerError =>
  new KublerError('CONFIG_INVALID', `cannot use folder "${dir}": it holds ${what}`);
