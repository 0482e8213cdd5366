import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { removeDeadLocks, withLock } from '../../../../src/adapters/system/lock.ts';
import { processTag } from '../../../../src/adapters/system/process-tag.ts';

/** No process has this number, or ever will. */
const dead = '4194305-5-1';
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-lock-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function hold(name: string, holder: string): Promise<string> {
  const lock = join(dir, 'locks', name);
  await mkdir(lock, { recursive: true });
  await writeFile(join(lock, holder), '');
  return lock;
}

const left = async () => [...(await readdir(join(dir, 'locks'))), ...(await readdir(join(dir, 'tmp')))];

test('work under one lock does not overlap, and the waiting one is told once', async () => {
  const order: string[] = [];
  const waiting = vi.fn();
  const first = withLock(dir, 'work', async () => {
    order.push('first in');
    await sleep(2000);
    order.push('first out');
  });
  await sleep(50);
  const result = await withLock(dir, 'work', () => Promise.resolve(order.push('second')), {
    onWait: waiting,
  });
  await first;
  expect(order).toEqual(['first in', 'first out', 'second']);
  expect(result).toBe(3);
  expect(waiting).toHaveBeenCalledOnce();
});

test('the lock is released and its files are gone after a failure', async () => {
  await expect(withLock(dir, 'work', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await left()).toEqual([]);
});

test('of many that find the lock of a process that is gone, one at a time gets it', async () => {
  await hold('work', dead);
  let inside = 0;
  const work = async (): Promise<number> => {
    const now = (inside += 1);
    await sleep(1);
    inside -= 1;
    return now;
  };
  const all = Array.from({ length: 20 }, () => withLock(dir, 'work', work));
  expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
  expect(await left()).toEqual([]);
});

test('a lock is held as long as its process runs, whatever the clock says', async () => {
  const lock = await hold('work', `${await processTag()}-999`);
  const signal = AbortSignal.timeout(300);
  await utimes(lock, 0, 0);
  await expect(withLock(dir, 'work', () => Promise.resolve(), { signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  expect(await readdir(join(dir, 'tmp'))).toEqual([]);
});

test('what processes that are gone held is removed, what running ones hold is not', async () => {
  await hold('gone', dead);
  await hold('kept', `${await processTag()}-999`);
  await removeDeadLocks(dir);
  expect(await readdir(join(dir, 'locks'))).toEqual(['kept']);
});

test('a data dir that does not exist yet has no dead locks', async () => {
  await expect(removeDeadLocks(join(dir, 'none'))).resolves.toBeUndefined();
});
