import { chmodSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestFolder } from '../../../../src/stages/plan/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

describe('digestFolder', () => {
  const root = useTempDir();
  const make = (name: string): string => {
    const dir = join(root, name);
    writeTree(dir, { 'build.sh': 'a', 'files/conf': 'b', '.git/config': 'c', 'empty/': '' });
    return dir;
  };

  it('names every file, and leaves .git out', async () => {
    expect([...(await digestFolder(make('names'))).keys()]).toEqual([
      'build.sh',
      'empty',
      'files',
      'files/conf',
    ]);
  });

  it('does not depend on time or umask', async () => {
    const [one, other] = [make('one'), make('other')];
    utimesSync(join(other, 'build.sh'), 1, 1);
    chmodSync(join(other, 'build.sh'), 0o600);
    expect(await digestFolder(other)).toEqual(await digestFolder(one));
  });

  it.each([
    ['content', (dir: string) => writeTree(dir, { 'build.sh': 'x' })],
    ['the executable bit', (dir: string) => chmodSync(join(dir, 'build.sh'), 0o755)],
    ['a link', (dir: string) => symlinkSync('build.sh', join(dir, 'link'))],
  ])('changes with %s', async (what, change) => {
    const dir = make(what);
    const before = await digestFolder(dir);
    change(dir);
    expect(await digestFolder(dir)).not.toEqual(before);
  });

  it('does not follow links, out of the folder or in circles', async () => {
    const dir = make('links');
    symlinkSync('/', join(dir, 'files/host'));
    symlinkSync('..', join(dir, 'files/up'));
    expect([...(await digestFolder(dir)).keys()]).toEqual([
      'build.sh',
      'empty',
      'files',
      'files/conf',
      'files/host',
      'files/up',
    ]);
  });

  it('refuses more than its limits, naming the one', async () => {
    const dir = make('large');
    const limits = { maxFiles: 4, maxBytes: 2 };
    expect((await digestFolder(dir, limits)).size).toBe(4);
    await expect(digestFolder(dir, { ...limits, maxFiles: 3 })).rejects.toThrow('3 files (maxFiles)');
    await expect(digestFolder(dir, { ...limits, maxBytes: 1 })).rejects.toThrow('1 bytes (maxBytes)');
  });
});
