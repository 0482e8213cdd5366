import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a path leads to, through symbolic links; undefined for nothing, or nothing that can be reached. */
export async function fileKind(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  try {
    const stats = await stat(path);
    if (stats.isFile()) return 'file';
    return stats.isDirectory() ? 'folder' : 'other';
  } catch {
    return undefined;
  }
}

/** Names of the folders in a folder, sorted, hidden ones left out; none when it does not exist. */
export async function foldersIn(dir: string): Promise<readonly string[]> {
  if ((await fileKind(dir)) !== 'folder') return [];
  const folders: string[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const isFolder =
      entry.isDirectory() || (entry.isSymbolicLink() && (await fileKind(join(dir, entry.name))) === 'folder');
    if (isFolder) folders.push(entry.name);
  }
  return folders.sort();
}
