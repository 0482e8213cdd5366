import { constants } from 'node:fs';
import { copyFile, link } from 'node:fs/promises';

/** A second name for a file; a copy where that cannot be. */
export async function linkOrCopy(hostPath: string, target: string): Promise<void> {
  await link(hostPath, target).catch(() => copyFile(hostPath, target, constants.COPYFILE_FICLONE));
}
