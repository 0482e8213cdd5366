import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../model/digest.ts';
import { compareBytes } from '../../model/tree-entry.ts';

/** Lower-case hex SHA-256 of a text or bytes. */
export const sha256 = (data: string | Uint8Array): Sha256 => createHash('sha256').update(data).digest('hex');

/**
 * Digest of every file of a folder, by its path inside: content and whether it may be executed, nothing that differs
 * between two checkouts of the same commit (time, owner, umask). In byte order; `.git` is left out.
 */
export async function digestFolder(dir: string): Promise<ReadonlyMap<string, Sha256>> {
  const names = (await readdir(dir, { recursive: true })).filter((name) => !/(^|\/)\.git(\/|$)/.test(name));
  const digests = new Map<string, Sha256>();
  for (const name of names.sort(compareBytes)) {
    const digest = await digestPath(join(dir, name));
    if (digest !== undefined) digests.set(name, digest);
  }
  return digests;
}

async function digestPath(path: string): Promise<Sha256 | undefined> {
  const stat = await lstat(path);
  if (stat.isSymbolicLink()) return sha256(`link ${await readlink(path)}`);
  if (stat.isDirectory()) return sha256('directory');
  if (!stat.isFile()) return undefined;
  const kind = stat.mode & 0o100 ? 'executable' : 'plain';
  return createHash('sha256')
    .update(`${kind} `)
    .update(await readFile(path))
    .digest('hex');
}
