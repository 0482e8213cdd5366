import { constants } from 'node:fs';
import { copyFile, link, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assert } from '../../../../errors.ts';

/**
 * Makes `dir` the folder a container finds packages in, file name → host path: hard links, or copies where the file
 * system has none.
 */
export async function makeArchiveDir(files: ReadonlyMap<string, string>, dir: string): Promise<void> {
  await mkdir(join(dir, 'partial'), { recursive: true });
  for (const [fileName, hostPath] of files) {
    assert(basename(fileName) === fileName && fileName.endsWith('.deb'), `not a file name: ${fileName}`);
    await linkOrCopy(hostPath, join(dir, fileName));
  }
}

/** A second name for a file; a copy where that cannot be. */
export async function linkOrCopy(hostPath: string, target: string): Promise<void> {
  await link(hostPath, target).catch(() => copyFile(hostPath, target, constants.COPYFILE_FICLONE));
}
