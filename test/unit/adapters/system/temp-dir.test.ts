import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isRunning, processTag } from '../../../../src/adapters/system/process-tag.ts';
import { inUseSince, openTempDir, removeStaleTempDirs } from '../../../../src/adapters/system/temp-dir.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kubler-temp-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

test('a temporary folder is private, and gone with its content after use', async () => {
  let path: string;
  {
    await using dir = await openTempDir(dataDir);
    path = dir.path;
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    await mkdir(join(path, 'a/b'), { recursive: true });
  }
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('two folders of one process differ', async () => {
  await using first = await openTempDir(dataDir);
  await using second = await openTempDir(dataDir);
  expect(first.path).not.toBe(second.path);
});

test('what processes that are gone left is removed, what running ones use is not', async () => {
  const own = await processTag();
  // Process 1 runs, but did not start at tick 999999999: its number was used again.
  for (const name of [`${own}-7`, '1-999999999-1', '4194305-5-1', 'notes']) {
    await mkdir(join(dataDir, 'tmp', name, 'x'), { recursive: true });
  }
  await mkdir(join(dataDir, 'downloads'));
  for (const name of ['a.4194305-5-1.part', `b.${own}-1.part`, 'c.part', 'd']) {
    await writeFile(join(dataDir, 'downloads', name), '');
  }
  await removeStaleTempDirs(dataDir);
  expect((await readdir(join(dataDir, 'tmp'))).sort()).toEqual([`${own}-7`, 'notes'].sort());
  expect(await readdir(join(dataDir, 'downloads'))).toEqual([`b.${own}-1.part`, 'c.part', 'd']);
});

test('a data dir that does not exist yet has nothing stale', async () => {
  await expect(removeStaleTempDirs(join(dataDir, 'none'))).resolves.toBeUndefined();
});

test('a process tag is told from one of another time', async () => {
  expect(await isRunning(await processTag())).toBe(true);
  expect(await isRunning(`${process.pid}-1`)).toBe(false);
  expect(await isRunning('not a tag')).toBe(false);
});

test('tells since when another process that runs works in the data dir', async () => {
  expect(await inUseSince(dataDir)).toBeUndefined();
  await using own = await openTempDir(dataDir);
  await mkdir(join(dataDir, 'tmp', '4194305-5-1'));
  expect(await inUseSince(dataDir)).toBeUndefined();
  const other = spawn('sleep', ['60']);
  try {
    await once(other, 'spawn');
    const started = readFileSync(`/proc/${other.pid}/stat`, 'utf8').split(' ')[21] ?? '';
    await mkdir(join(dataDir, 'tmp', `${other.pid}-${started}-1`));
    const since = await inUseSince(dataDir);
    expect(since).toBeGreaterThanOrEqual((await stat(own.path)).birthtimeMs);
    await mkdir(join(dataDir, 'tmp', `${other.pid}-${started}-2`));
    expect(await inUseSince(dataDir)).toBe(since);
    // A clock that was set back since then.
    vi.useFakeTimers({ toFake: ['Date'], now: (since ?? 0) - 1000 });
    expect(await inUseSince(dataDir)).toBe(0);
  } finally {
    vi.useRealTimers();
    other.kill();
  }
});
