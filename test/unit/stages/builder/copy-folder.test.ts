import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyFolder } from '../../../../src/stages/builder/index.ts';
import { digestFolder } from '../../../../src/stages/plan/index.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const epoch = 1_600_000_000;

describe('copyFolder', () => {
  const root = useTempDir();

  const make = (name: string): { readonly dir: string; readonly copy: string } => {
    const dir = join(root, name);
    writeTree(dir, { 'build.sh': 'a', 'bin/tool': 'b', 'bin/data': 'c', '.git/config': 'd', 'empty/': '' });
    chmodSync(join(dir, 'bin/tool'), 0o4711);
    chmodSync(join(dir, 'bin/data'), 0o400);
    chmodSync(join(dir, 'empty'), 0o2770);
    symlinkSync('../../outside', join(dir, 'bin/link'));
    return { dir, copy: `${dir}-copy` };
  };

  it('gives everything one owner, one date and one of two modes, whatever the umask', async () => {
    const { dir, copy } = make('normal');
    const umask = process.umask(0o077);
    await copyFolder({ dir, files: undefined, copy, epoch }).finally(() => process.umask(umask));
    const modes = ['', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })].sort().map((path) => {
      const { mode, uid, mtimeMs } = lstatSync(join(copy, path));
      expect({ path, uid, mtimeMs }).toEqual({ path, uid: process.getuid?.(), mtimeMs: epoch * 1000 });
      return [path, (mode & 0o7777).toString(8)];
    });
    expect(modes).toEqual([
      ['', '755'],
      ['bin', '755'],
      ['bin/data', '644'],
      ['bin/link', '777'],
      ['bin/tool', '755'],
      ['build.sh', '644'],
      ['empty', '755'],
    ]);
    expect(readlinkSync(join(copy, 'bin/link'))).toBe('../../outside');
  });

  it('holds what the key digests, and nothing else', async () => {
    const { dir, copy } = make('keyed');
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    const files = await digestFolder(dir);
    await copyFolder({ dir, files, copy, epoch });
    expect(await digestFolder(copy)).toEqual(files);
    expect(existsSync(join(copy, 'pipe'))).toBe(false);
  });

  it.each([
    ['content', 'build.sh', (dir: string) => writeTree(dir, { 'build.sh': 'x' })],
    ['an x bit', 'build.sh', (dir: string) => chmodSync(join(dir, 'build.sh'), 0o755)],
    ['a new file', 'new', (dir: string) => writeTree(dir, { new: '' })],
  ])('refuses a folder that changed after it was planned with: %s', async (what, name, change) => {
    const { dir, copy } = make(what);
    const files = await digestFolder(dir);
    change(dir);
    await expect(copyFolder({ dir, files, copy, epoch })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `cannot use folder "${dir}": "${name}" changed after the build was planned`,
    });
  });
});
