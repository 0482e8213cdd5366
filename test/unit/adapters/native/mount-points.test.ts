import { existsSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { removeMountPoints, resolveInRoot } from '../../../../src/adapters/native/mount-points.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(dir, 'root-'));
  mkdirSync(join(root, 'etc/real'), { recursive: true });
  writeFileSync(join(root, 'etc/file'), 'content');
});
const link = (target: string, path: string) => symlinkSync(target, join(root, path));

describe('a path in a root', () => {
  it.each([
    ['/', '/', []],
    ['/etc/real', '/etc/real', []],
    ['/etc/file', '/etc/file', []],
    ['/etc/./real/../file/', '/etc/file', []],
    ['/a/b', '/a/b', ['/a', '/a/b']],
    ['/../../etc', '/etc', []],
  ])('%s is %s, and lacks %j', async (path, resolved, missing) => {
    expect(await resolveInRoot(root, path)).toEqual({ path: resolved, missing });
  });

  it('follows symlinks inside the root only', async () => {
    link('/etc', 'absolute');
    link('../../../../../../../../etc/real', 'etc/up');
    link('../run/systemd/resolv.conf', 'etc/resolv.conf');
    expect(await resolveInRoot(root, '/absolute/real')).toEqual({ path: '/etc/real', missing: [] });
    expect(await resolveInRoot(root, '/absolute/up')).toEqual({ path: '/etc/real', missing: [] });
    expect(await resolveInRoot(root, '/etc/resolv.conf')).toEqual({
      path: '/run/systemd/resolv.conf',
      missing: ['/run', '/run/systemd', '/run/systemd/resolv.conf'],
    });
  });

  it('through a loop of symlinks is refused', async () => {
    link('b', 'a');
    link('a', 'b');
    await expect(resolveInRoot(root, '/a/x')).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});

describe('removing mount points', () => {
  it('removes empty folders and files, the innermost first', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/empty'), '');
    await removeMountPoints(root, ['/a', '/a/b', '/a/b/empty', '/missing', '/missing/too']);
    expect(existsSync(join(root, 'a'))).toBe(false);
  });

  it('leaves what holds something', async () => {
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/kept'), 'x');
    await removeMountPoints(root, ['/a', '/a/b', '/a/kept']);
    expect([existsSync(join(root, 'a/b')), existsSync(join(root, 'a/kept'))]).toEqual([false, true]);
  });

  it('touches nothing through a symlink', async () => {
    mkdirSync(join(dir, 'outside/empty'), { recursive: true });
    link(join(dir, 'outside'), 'out');
    link('etc', 'inside');
    link('etc/real', 'empty');
    await removeMountPoints(root, ['/out/empty', '/inside/real', '/empty']);
    expect(existsSync(join(dir, 'outside/empty'))).toBe(true);
    expect(existsSync(join(root, 'etc/real'))).toBe(true);
    expect(existsSync(join(root, 'empty'))).toBe(true);
  });
});
