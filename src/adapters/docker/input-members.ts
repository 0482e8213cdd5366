import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { newFile } from '../../oci/new-member.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import type { Input } from '../../ports/engine.ts';

/** What tells one state of a file from another, by the name it is sent under. */
export type SentFiles = Map<string, string>;

/**
 * The files of inputs that are not as they were sent before, with the folders they lie in: input 3 is `3`, what is in it
 * `3/…`. `sent` is brought up to date. Owners, modes and times are those of the host; sockets are left out.
 */
export async function* newMembers(
  inputs: readonly Input[],
  sent: SentFiles,
): AsyncGenerator<TarMember, void, undefined> {
  for (const [at, { hostPath }] of inputs.entries()) yield* membersOf(hostPath, String(at), sent);
}

async function* membersOf(
  hostPath: string,
  path: string,
  sent: SentFiles,
): AsyncGenerator<TarMember, void, undefined> {
  const found = await lstat(hostPath).catch((cause: unknown) => {
    throw notThere(hostPath, cause);
  });
  const state = `${found.mode} ${found.uid} ${found.gid} ${found.size} ${found.mtimeMs}`;
  if (sent.get(path) !== state) {
    const member = await toMember(hostPath, path, found);
    if (member) yield member;
    sent.set(path, state);
  }
  if (!found.isDirectory()) return;
  for (const name of (await readdir(hostPath)).sort()) {
    yield* membersOf(join(hostPath, name), `${path}/${name}`, sent);
  }
}

const notThere = (hostPath: string, cause: unknown): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot give "${hostPath}" to a container: it is not there`, { cause });

async function toMember(hostPath: string, path: string, found: Stats): Promise<TarMember | undefined> {
  const { mode, uid, gid, mtimeMs, size } = found;
  const header = {
    ...newFile(path, Buffer.alloc(0)),
    ...{ mode: mode & 0o7777, uid, gid, mtime: Math.floor(mtimeMs / 1000) },
  };
  if (found.isDirectory()) return { ...header, type: 'directory' };
  if (found.isSymbolicLink()) return { ...header, type: 'symlink', linkTarget: await readlink(hostPath) };
  if (!found.isFile()) return undefined;
  return size === 0
    ? header
    : { ...header, size, content: () => createReadStream(hostPath, { end: size - 1 }) };
}
