import { statfs } from 'node:fs/promises';

/** Less than this is no room for anything. */
const leastBytes = 1 << 20;

/**
 * Says in the log of a command that failed that the disk is full, if it is: not every program says why it failed, and a
 * program's program may say it where nobody looks.
 */
export async function tellFullDisk(dir: string, log: (line: string) => void): Promise<void> {
  const { bavail, bsize, files, ffree } = await statfs(dir);
  // Some file systems do not count files: they have 0 of 0.
  if (bavail * bsize < leastBytes || (files > 0 && ffree === 0)) log('(no space left on device)');
}
