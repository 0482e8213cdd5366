import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { withLock } from '../../../../src/adapters/system/lock.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-lock-'));
  file = join(dir, 'sub/work');
});
afterEach(() => rm(dir, { recursive: true }));

test('work under one lock does not overlap, and the waiting one is told once', async () => {
  const order: string[] = [];
  const waiting = vi.fn();
  const first = withLock(file, async () => {
    order.push('first in');
    await sleep(2000);
    order.push('first out');
  });
  await sleep(50);
  const result = await withLock(file, () => Promise.resolve(order.push('second')), { onWait: waiting });
  await first;
  expect(order).toEqual(['first in', 'first out', 'second']);
  expect(result).toBe(3);
  expect(waiting).toHaveBeenCalledOnce();
});

test('the lock is released and its files are gone after a failure', async () => {
  await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('the lock of a process that is gone is broken at once', async () => {
  await mkdir(`${file}.lock`, { recursive: true });
  await writeFile(`${file}.owner`, '4194305-5');
  const started = performance.now();
  await withLock(file, () => Promise.resolve());
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await readdir(join(dir, 'sub'))).toEqual([]);
});

test('waiting ends on abort', async () => {
  await mkdir(`${file}.lock`, { recursive: true });
  const signal = AbortSignal.timeout(100);
  await expect(withLock(file, () => Promise.resolve(), { signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});
