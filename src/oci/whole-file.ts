import type { Stats } from 'node:fs';
import { mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What is at a path; undefined when nothing is. */
export const statIfThere = (path: string): Promise<Stats | undefined> => stat(path).catch(missing);

/** The bytes of a file; undefined when it is not there. */
export const readIfThere = (path: string): Promise<Buffer | undefined> => readFile(path).catch(missing);

function missing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/**
 * Gives a complete file its place on the same filesystem, replacing what is there; a power cut leaves one or the
 * other, never half of one.
 */
export async function moveIn(from: string, to: string): Promise<void> {
  const file = await open(from);
  await file.sync().finally(() => file.close());
  await rename(from, to);
}

/** Writes a file so that it is there completely or not at all; `tmpDir` is on its filesystem. */
export async function writeWhole(tmpDir: string, to: string, bytes: Uint8Array): Promise<void> {
  const folder = await mkdtemp(join(tmpDir, 'whole-'));
  try {
    const file = await open(join(folder, 'file'), 'wx', 0o644);
    await file.writeFile(bytes).finally(() => file.close());
    await moveIn(join(folder, 'file'), to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
