import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KublerError } from '../../errors.ts';
import { isOwnerAlive, openTempDir } from './temp-dir.ts';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once when the lock was not to be had for a second. */
  readonly onWait?: () => void;
}

const pollMs = 50;
/** So many polls are not worth a word. */
const patience = 20;

const locksDir = (dataDir: string): string => join(dataDir, 'locks');

/**
 * Runs `work` while nobody else, here or in another process, runs work under a lock of this name. Waits as long as the
 * holder lives, and not a moment longer; no clock is looked at. Rejects with `INTERRUPTED` on abort.
 *
 * The lock is the folder `<data>/locks/<name>` with a file in it, named after its holder. It is taken by renaming a folder
 * there, which works only where there is none or an empty one (rename(2)); and it is broken by removing the file of a
 * process that is gone, which cannot hit the file of another holder.
 */
export async function withLock<T>(
  dataDir: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = join(locksDir(dataDir), name);
  const holder = await acquire(dataDir, lock, options);
  try {
    return await work();
  } finally {
    await rm(join(lock, holder), { force: true });
    await removeIfEmpty(lock);
  }
}

/** @returns the name of the file that holds the lock */
async function acquire(dataDir: string, lock: string, { signal, onWait }: LockOptions): Promise<string> {
  await mkdir(locksDir(dataDir), { recursive: true });
  await using temp = await openTempDir(dataDir);
  const holder = basename(temp.path);
  await writeFile(join(temp.path, holder), '');
  for (let polls = 0; !(await isTaken(temp.path, lock)); polls += 1) {
    if (signal?.aborted) throw interrupted(lock);
    if (await breakIfDead(lock)) continue;
    if (polls === patience) onWait?.();
    await sleep(pollMs);
  }
  return holder;
}

/** True when this process has the lock now. */
async function isTaken(stage: string, lock: string): Promise<boolean> {
  try {
    await rename(stage, lock);
    return true;
  } catch (error) {
    if (!isNotEmpty(error)) throw error;
    return false;
  }
}

const isNotEmpty = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code));

/** Removes what holds a lock for a process that is gone; true when nothing is left that holds it. */
async function breakIfDead(lock: string): Promise<boolean> {
  for (const holder of await readdir(lock).catch(() => [])) {
    if (await isOwnerAlive(holder)) return false;
    await rm(join(lock, holder), { force: true });
  }
  return true;
}

/** Another process may just be taking it. */
const removeIfEmpty = (lock: string): Promise<void> => rmdir(lock).catch(() => undefined);

/** Removes the locks of processes that are gone. */
export async function removeDeadLocks(dataDir: string): Promise<void> {
  for (const name of await readdir(locksDir(dataDir)).catch(() => [])) {
    const lock = join(locksDir(dataDir), name);
    if (await breakIfDead(lock)) await removeIfEmpty(lock);
  }
}

const interrupted = (lock: string): KublerError =>
  new KublerError('INTERRUPTED', `cannot lock "${lock}": interrupted`);
