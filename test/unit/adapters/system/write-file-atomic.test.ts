import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileAtomic } from '../../../../src/adapters/system/write-file-atomic.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-write-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('a file replaces the old one, its folders are made, nothing else is left', async () => {
  const file = join(dir, 'a/b.json');
  await writeFileAtomic(file, 'old');
  await writeFileAtomic(file, 'new', { mode: 0o600 });
  expect(await readFile(file, 'utf8')).toBe('new');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(dir, 'a'))).toEqual(['b.json']);
});

test('a failed write leaves nothing', async () => {
  await mkdir(join(dir, 'taken/by-a-folder'), { recursive: true });
  await expect(writeFileAtomic(join(dir, 'taken'), 'x')).rejects.toThrow();
  expect(await readdir(dir)).toEqual(['taken']);
});
