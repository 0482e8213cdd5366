import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { processTag } from './process-tag.ts';

let count = 0;

/**
 * Writes a file so that others see the old content or the new, never a part.
 * Its folder is made when missing. `mode` is subject to the umask.
 */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  options: { readonly mode?: number } = {},
): Promise<void> {
  const tempFile = `${file}.${await processTag()}-${++count}.part`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await using handle = await open(tempFile, 'wx', options.mode ?? 0o666);
    await handle.writeFile(data);
    await rename(tempFile, file);
  } catch (error) {
    await rm(tempFile, { force: true });
    throw error;
  }
}
