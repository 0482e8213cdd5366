import { constants } from 'node:fs';
import { chmod, copyFile, lutimes, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import { digestFolder, listFolder, type FolderEntry } from '../plan/index.ts';

export interface FolderCopy {
  /** The folder of an image or builder. */
  readonly dir: string;
  /** Path → digest, as the plan found it; undefined when nothing depends on it. */
  readonly files: ReadonlyMap<string, Sha256> | undefined;
  /** Where the copy goes; nothing is there yet. */
  readonly copy: string;
  /** Date of everything in the copy, seconds since 1970. */
  readonly epoch: number;
}

/**
 * Makes the folder that containers see at /config: exactly what keys digest, with modes 0755 and 0644, one date, and
 * this process as owner. So a hook's `cp` gives the same bytes whatever the umask, owner and time of a checkout.
 * @throws KublerError `CONFIG_INVALID` when it is no longer what was planned with: what is made would be kept under
 * the key of other content
 */
export async function copyFolder({ dir, files, copy, epoch }: FolderCopy): Promise<void> {
  const entries = await listFolder(dir);
  await makeFolder(copy);
  for (const entry of entries) await copyEntry(join(dir, entry.path), join(copy, entry.path), entry);
  // What is made in a folder dates it: from the inside to the outside.
  for (const { path } of [{ path: '' }, ...entries].reverse()) await lutimes(join(copy, path), epoch, epoch);
  if (files) refuseChanges(dir, files, await digestFolder(copy));
}

async function copyEntry(from: string, to: string, entry: FolderEntry): Promise<void> {
  if (entry.kind === 'directory') return makeFolder(to);
  if (entry.kind === 'symlink') return symlink(entry.target, to);
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  await chmod(to, entry.executable ? 0o755 : 0o644);
}

/** Whatever the umask. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o755);
}

function refuseChanges(
  dir: string,
  planned: ReadonlyMap<string, Sha256>,
  found: ReadonlyMap<string, Sha256>,
): void {
  const names = [...new Set([...planned.keys(), ...found.keys()])];
  const changed = names.find((name) => planned.get(name) !== found.get(name));
  if (changed === undefined) return;
  const reason = `"${changed}" changed after the build was planned`;
  throw new KublerError('CONFIG_INVALID', `cannot use folder "${dir}": ${reason}`, {
    hint: 'build again; the new content is taken then',
  });
}
