import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { isLeftOut } from '../../model/left-out.ts';
import { compareBytes } from '../../model/tree-entry.ts';

/** What the folder of an image or builder may hold at most. */
export interface FolderLimits {
  readonly maxFiles: number;
  /** Bytes of all files together. */
  readonly maxBytes: number;
}

const defaultLimits: FolderLimits = { maxFiles: 100_000, maxBytes: 16 * 2 ** 30 };

/** What keys and hooks see of something in a folder: nothing that differs between two checkouts of one commit. */
export type FolderEntry =
  /** `executable`: by its owner. */
  | { readonly kind: 'file'; readonly path: string; readonly executable: boolean }
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/**
 * Files, folders and links below a folder of an image or builder, in byte order of their paths inside; links are not
 * followed, and what is neither, such as a socket, is no part of it. Throws `CONFIG_INVALID` when the folder holds
 * more than the limits, or a name that is not UTF-8.
 */
export async function listFolder(
  dir: string,
  limits: FolderLimits = defaultLimits,
): Promise<readonly FolderEntry[]> {
  const entries: FolderEntry[] = [];
  let bytes = 0;
  for (const path of (await listPaths(dir, limits)).sort(compareBytes)) {
    const stat = await lstat(join(dir, path));
    if (stat.isSymbolicLink())
      entries.push({ kind: 'symlink', path, target: await readlink(join(dir, path)) });
    if (stat.isDirectory()) entries.push({ kind: 'directory', path });
    if (!stat.isFile()) continue;
    bytes += stat.size;
    if (bytes > limits.maxBytes)
      throw unusable(dir, `it holds more than ${limits.maxBytes} bytes (maxBytes)`);
    entries.push({ kind: 'file', path, executable: (stat.mode & 0o100) !== 0 });
  }
  return entries;
}

async function listPaths(dir: string, { maxFiles }: FolderLimits): Promise<string[]> {
  const found: string[] = [];
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isLeftOut(path)) continue;
      if (path.includes('\ufffd')) throw unusable(dir, `the name "${path}" is not UTF-8`);
      found.push(path);
      if (entry.isDirectory()) folders.push(path);
      if (found.length > maxFiles) throw unusable(dir, `it holds more than ${maxFiles} files (maxFiles)`);
    }
  }
  return found;
}

const unusable = (dir: string, reason: string): KublerError =>
  new KublerError('CONFIG_INVALID', `cannot use folder "${dir}": ${reason}`);
