import type { Stats } from 'node:fs';
import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { KublerError } from '../../errors.ts';

/** A fault of the place the user wants the output at. */
export const cannotExport = (path: string, reason: string, hint?: string): KublerError =>
  new KublerError(
    'USAGE_INVALID',
    `cannot export to "${path}": ${reason}`,
    hint === undefined ? {} : { hint },
  );

export const refusal = { reason: 'it exists already', hint: 'give another path, or --force to replace it' };

/**
 * Makes a file or folder beside `path` and then moves it there; nothing is left when `make` fails. What is there
 * before goes: whether it may is the caller's to check.
 */
export async function replaceOutput(path: string, make: (newPath: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const beside = join(dirname(target), `.${basename(target)}-`);
  const work = await mkdtemp(beside).catch((error: unknown) => {
    throw cannotExport(
      path,
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'its folder does not exist'
        : (error as Error).message,
    );
  });
  try {
    await make(join(work, 'new'));
    // A folder cannot be renamed over another one that has files.
    if ((await statOutput(target))?.isDirectory()) await rename(target, join(work, 'old'));
    await rename(join(work, 'new'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** What is at a path, links followed; undefined when nothing is. */
export async function statOutput(path: string): Promise<Stats | undefined> {
  return stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotExport(path, (error as Error).message);
  });
}
