import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Bytes that a file, or a folder with all that is in it, takes on disk (blocks of 512, stat(2)); the names of one
 * inode count once. 0 for what is not there or may not be read.
 */
export async function diskUsage(path: string): Promise<number> {
  const seen = new Set<string>();
  const folders = [path];
  let bytes = await sizeOnce(path, seen);
  for (let dir = folders.pop(); dir !== undefined; dir = folders.pop()) {
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      const child = join(dir, entry.name);
      bytes += await sizeOnce(child, seen);
      if (entry.isDirectory()) folders.push(child);
    }
  }
  return bytes;
}

async function sizeOnce(path: string, seen: Set<string>): Promise<number> {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat || isKnown(stat, seen)) return 0;
  return stat.blocks * 512;
}

function isKnown({ nlink, dev, ino }: Stats, seen: Set<string>): boolean {
  const inode = `${dev} ${ino}`;
  if (nlink < 2 || !seen.has(inode)) {
    seen.add(inode);
    return false;
  }
  return true;
}
