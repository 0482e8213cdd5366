import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../model/digest.ts';
import { listFolder, type FolderEntry, type FolderLimits } from './list-folder.ts';

/** Lower-case hex SHA-256 of a text or bytes. */
export const sha256 = (data: string | Uint8Array): Sha256 => createHash('sha256').update(data).digest('hex');

/**
 * Digest of every file of a folder, by its path inside, in byte order: content and whether it may be executed.
 * Throws as `listFolder` does.
 */
export async function digestFolder(dir: string, limits?: FolderLimits): Promise<ReadonlyMap<string, Sha256>> {
  const digests = new Map<string, Sha256>();
  for (const entry of await listFolder(dir, limits)) digests.set(entry.path, await digestEntry(dir, entry));
  return digests;
}

/** Digest of a file of a folder that is no part of it otherwise; undefined when it is not there. */
export async function digestIfThere(dir: string, path: string): Promise<Sha256 | undefined> {
  const isThere = await stat(join(dir, path)).then(
    () => true,
    () => false,
  );
  return isThere ? digestEntry(dir, { kind: 'file', path, executable: true }) : undefined;
}

async function digestEntry(dir: string, entry: FolderEntry): Promise<Sha256> {
  if (entry.kind === 'symlink') return sha256(`link ${entry.target}`);
  if (entry.kind === 'directory') return sha256('directory');
  const hash = createHash('sha256').update(entry.executable ? 'executable ' : 'plain ');
  const content = createReadStream(join(dir, entry.path), { highWaterMark: 1 << 20 });
  for await (const chunk of content) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
