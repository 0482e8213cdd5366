import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testFiles } from '../../model/left-out.ts';

/** Copies the files of tests, which are no part of what an image is made from, from its folder to a copy of that. */
export async function addTestFiles(dir: string, copy: string): Promise<void> {
  for (const name of testFiles) {
    const target = join(copy, name);
    const isThere = await copyFile(join(dir, name), target).then(
      () => true,
      () => false,
    );
    if (isThere) await chmod(target, 0o755);
  }
}
