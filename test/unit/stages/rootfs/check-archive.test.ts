import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArchive } from '../../../../src/oci/read-archive.ts';
import { checkArchive, defaultArchiveLimits } from '../../../../src/stages/rootfs/index.ts';
import { chunks, collect, member, tarOf } from '../../../support/tar.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
type Given = Parameters<typeof member>[0];

const check = async (...members: Given[]) => checkArchive(chunks(await tarOf(...members.map(member))));
/** The archive with members of this name being character devices: their type, and their checksum, are changed. */
function withDevices(tar: Buffer, ...names: readonly string[]): Buffer {
  const changed = Buffer.from(tar);
  for (const name of names) {
    const header = changed.subarray(changed.indexOf(`${name}\0`)).subarray(0, 512);
    header.write('3', 156);
    header.write(' '.repeat(8), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  }
  return changed;
}
const folder = (path: string): Given => ({ path, type: 'directory' });
const symlink = (path: string, linkTarget: string): Given => ({ path, type: 'symlink', linkTarget });
const hardlink = (path: string, linkTarget: string): Given => ({ path, type: 'hardlink', linkTarget });

describe('checkArchive', () => {
  it('passes a usual root filesystem, usr-merged or not', async () => {
    await check(
      folder('.'),
      folder('./usr'),
      symlink('./bin', 'usr/bin'),
      folder('./usr/bin'),
      { path: './usr/bin/perl', text: 'x' },
      hardlink('./usr/bin/perl5.36.0', './usr/bin/perl'),
      symlink('./etc/mtab', '../proc/self/mounts'),
      symlink('./var/run', '/run'),
      { path: './run/..data', text: 'x' },
      folder('./usr'),
      { path: './usr/bin/perl', text: 'newer' },
    );
  });

  it('passes what GNU tar packed', async () => {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'a/b'), { recursive: true });
    writeFileSync(join(root, 'a/b/file'), 'x');
    symlinkSync('/a', join(root, 'link'));
    const file = join(dir, 'gnu.tar');
    execFileSync('tar', ['-cf', file, '-C', root, '.']);
    await checkArchive(readArchive(file));
  });

  it.each<[string, Given[], string]>([
    [
      'a name that goes up',
      [{ path: 'a/../../x' }],
      'member "a/../../x": "a/../../x" is absolute or goes up',
    ],
    ['an absolute name', [{ path: '/etc/passwd' }], 'is absolute'],
    ['a hard link that goes up', [hardlink('x', '../x')], 'goes up'],
    ['an absolute hard link', [hardlink('x', '/etc/shadow')], 'is absolute'],
    ['a hard link to nothing', [hardlink('x', 'y')], 'no file before it'],
    ['a hard link through a symlink', [symlink('l', '/etc'), hardlink('x', 'l/shadow')], 'no file before it'],
    ['a file through a symlink', [symlink('l', '/tmp'), { path: 'l/x' }], 'goes through "l", a symlink'],
    [
      'a file far below a symlink',
      [symlink('./l', '..'), { path: 'l//a/b/x' }],
      'goes through "l", a symlink',
    ],
    [
      'a file through a hard link to a symlink',
      [symlink('l', '/'), hardlink('h', 'l'), { path: 'h/x' }],
      'goes through "h", a symlink',
    ],
    [
      'a symlink that becomes a file',
      [symlink('l', '/etc/passwd'), { path: 'l' }],
      'a symlink first and a file later',
    ],
    [
      'a symlink that becomes a folder',
      [symlink('l', '/etc'), folder('l'), { path: 'l/x' }],
      'a symlink first and a directory later',
    ],
    [
      'a folder that becomes a symlink',
      [{ path: 'l/x' }, symlink('l', '/etc')],
      'a directory first and a symlink later',
    ],
    [
      'a symlink given twice',
      [symlink('l', 'a'), symlink('l', '/etc')],
      'a symlink first and a symlink later',
    ],
    ['a file below a file', [{ path: 'f' }, { path: 'f/x' }], 'goes through "f", a file'],
  ])('refuses %s', async (_, members, reason) => {
    const refused = check(...members);
    await expect(refused).rejects.toMatchObject({ code: 'ROOTFS_ESCAPE' });
    await expect(refused).rejects.toThrow(reason);
  });

  it('passes devices in /dev, which are left out', async () => {
    const names = ['./dev/null', 'dev/sub/zero'];
    const tar = await tarOf(...names.map((path) => member({ path })));
    await checkArchive(chunks(withDevices(tar, ...names)));
  });

  it.each(['null', './etc/null', 'dev', 'dev-too/null', 'srv/dev/null'])(
    'refuses the device %s',
    async (path) => {
      const refused = checkArchive(chunks(withDevices(await tarOf(member({ path })), path)));
      await expect(refused).rejects.toMatchObject({ code: 'ROOTFS_ESCAPE' });
      await expect(refused).rejects.toThrow('it is a device outside of /dev');
    },
  );

  it('refuses another name of a device elsewhere', async () => {
    const tar = await tarOf(member({ path: '././dev/sda' }), member(hardlink('etc/disk', 'dev/sda')));
    const refused = checkArchive(chunks(withDevices(tar, '././dev/sda')));
    await expect(refused).rejects.toThrow('"etc/disk": it is a device outside of /dev');
  });

  it('names the limit that an archive passes', async () => {
    const bytes = await tarOf(member({ path: 'a', text: 'x'.repeat(100_000) }), member({ path: 'b' }));
    const within = (limits: Partial<typeof defaultArchiveLimits>) =>
      checkArchive(chunks(bytes), { ...defaultArchiveLimits, ...limits });
    await expect(within({ maxMembers: 1 })).rejects.toThrow('(maxMembers)');
    await expect(within({ maxBytes: 100_000 })).rejects.toThrow('(maxBytes)');
    await within({ maxMembers: 2, maxBytes: bytes.length });
  });
});

describe('readArchive', () => {
  const write = (name: string, bytes: Buffer) => {
    writeFileSync(join(dir, name), bytes);
    return join(dir, name);
  };

  it('reads plain and gzipped files', async () => {
    const tar = await tarOf(member({ path: 'x', text: 'hello' }));
    expect((await collect(readArchive(write('plain', tar)))).equals(tar)).toBe(true);
    expect((await collect(readArchive(write('zipped', gzipSync(tar))))).equals(tar)).toBe(true);
  });

  it('says which program unpacks another compression', async () => {
    const file = write('x.tar', await tarOf(member({ path: 'x' })));
    execFileSync('xz', ['-kf', file]);
    await expect(collect(readArchive(`${file}.xz`))).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
      hint: 'unpack it with xz -d',
    });
  });

  it('refuses a gzip file that is cut short', async () => {
    const whole = readFileSync(write('cut', gzipSync(Buffer.alloc(100_000, 'x'))));
    const refused = collect(readArchive(write('cut', whole.subarray(0, 60))));
    await expect(refused).rejects.toMatchObject({ code: 'ROOTFS_INVALID' });
  });

  it('lets go of the file when its reader stops early', async () => {
    const file = write('big.gz', gzipSync(Buffer.alloc(1 << 24)));
    for await (const chunk of readArchive(file)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});
