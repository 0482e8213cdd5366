import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  fillArchiveDir,
  makeArchiveDir,
} from '../../../../../../src/stages/builder/package-managers/apt/archive-dir.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-archives-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('packages appear under the names apt looks for, without a copy, and can be added to', async () => {
  const source = join(dir, 'sum');
  await writeFile(source, 'deb');
  const archives = await makeArchiveDir(dir);
  await fillArchiveDir(archives, new Map([['a_1%3a2_all.deb', source]]));
  await fillArchiveDir(
    archives,
    new Map([
      ['a_1%3a2_all.deb', source],
      ['b_1_all.deb', source],
    ]),
  );
  expect((await readdir(archives)).sort()).toEqual(['a_1%3a2_all.deb', 'b_1_all.deb', 'partial']);
  expect(await readFile(join(archives, 'b_1_all.deb'), 'utf8')).toBe('deb');
  expect((await stat(source)).nlink).toBe(3);
});

test('a name that leads elsewhere is refused', async () => {
  const archives = await makeArchiveDir(dir);
  await expect(fillArchiveDir(archives, new Map([['../x.deb', '/etc/passwd']]))).rejects.toThrow(
    'not a file name',
  );
});
