import { mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { KublerError } from '../../errors.ts';
import { isRunning, processTag } from './process-tag.ts';

export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once when the lock was not to be had for a second. */
  readonly onWait?: () => void;
}

const pollMs = 200;
/** So many polls are not worth a word. */
const patience = 5;

/**
 * Runs `work` while no other process runs work under the same `file` (which need not exist; `<file>.lock` and
 * `<file>.owner` appear beside it). Waits as long as the other one lives; a lock whose process is gone is
 * broken at once, or after 60 seconds where its process cannot be told. Rejects with `INTERRUPTED` on abort.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const release = await acquire(file, options);
  const owner = ownerFile(file);
  try {
    await writeFile(owner, await processTag());
    return await work();
  } finally {
    await rm(owner, { force: true });
    // A lock that was lost meanwhile has nothing to release.
    await release().catch(() => undefined);
  }
}

const ownerFile = (file: string): string => `${file}.owner`;

async function acquire(file: string, options: LockOptions): Promise<() => Promise<void>> {
  for (let polls = 0; ; polls += 1) {
    if (options.signal?.aborted) throw interrupted(file);
    try {
      // Work under a lost lock (a machine that slept) goes on: whatever it makes appears complete or not at all.
      return await lock(file, { realpath: false, stale: 60_000, onCompromised: () => undefined });
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    if (await breakDeadLock(file)) continue;
    if (polls === patience) options.onWait?.();
    await sleep(pollMs);
  }
}

/**
 * Removes the lock of a process that is gone; true when it did. Only one waiter can rename the owner file, and a
 * lock without one is never broken, so no lock that was just taken is removed.
 */
async function breakDeadLock(file: string): Promise<boolean> {
  const owner = ownerFile(file);
  const tag = await readFile(owner, 'utf8').catch(() => undefined);
  if (tag === undefined || tag === '' || (await isRunning(tag))) return false;
  const claimed = `${owner}.${await processTag()}`;
  const won = await rename(owner, claimed).then(
    () => true,
    () => false,
  );
  if (!won) return false;
  if ((await readFile(claimed, 'utf8')) !== tag) {
    await rename(claimed, owner);
    return false;
  }
  await rmdir(`${file}.lock`).catch(() => undefined);
  await rm(claimed, { force: true });
  return true;
}

const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ELOCKED';

const interrupted = (file: string): KublerError =>
  new KublerError('INTERRUPTED', `cannot lock "${file}": interrupted`);
