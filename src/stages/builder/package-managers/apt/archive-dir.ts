import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assert } from '../../../../errors.ts';
import { linkOrCopy } from '../link-or-copy.ts';

/** Makes an empty folder below `parentDir` that containers look for packages in, and returns its path. */
export async function makeArchiveDir(parentDir: string): Promise<string> {
  const dir = join(parentDir, 'archives');
  await mkdir(join(dir, 'partial'), { recursive: true });
  return dir;
}

/** Adds packages, file name → host path, to such a folder; those it has already stay. */
export async function fillArchiveDir(dir: string, files: ReadonlyMap<string, string>): Promise<void> {
  const present = new Set(await readdir(dir));
  for (const [fileName, hostPath] of files) {
    assert(basename(fileName) === fileName && fileName.endsWith('.deb'), `not a file name: ${fileName}`);
    if (!present.has(fileName)) await linkOrCopy(hostPath, join(dir, fileName));
  }
}
