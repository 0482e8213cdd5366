import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../../src/model/tree-entry.ts';
import { readBytes, readContent, readSlice, readSpool } from '../../../../src/stages/rootfs/index.ts';
import { collect, member, writeTarFile } from '../../../support/tar.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
let count = 0;

async function spoolOf(...members: Parameters<typeof member>[0][]) {
  const file = join(dir, `spool-${(count += 1)}.tar`);
  await writeTarFile(file, ...members.map(member));
  return readSpool(file);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('readSpool', () => {
  it('reads what GNU tar packed, sorted by bytes, with digests and content', async () => {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    writeFileSync(join(root, 'usr/bin/tool'), 'program', { mode: 0o755 });
    linkSync(join(root, 'usr/bin/tool'), join(root, 'usr/bin/alias'));
    symlinkSync('usr/bin', join(root, 'bin'));
    writeFileSync(join(root, 'usr-file'), 'x');
    const file = join(dir, 'gnu.tar');
    execFileSync('tar', ['--format=pax', '--numeric-owner', '--mtime=@1234.9', '-cf', file, '-C', root, '.']);
    const { rootfs, dropped } = await readSpool(file);
    expect([...rootfs.keys()]).toEqual([
      'bin',
      'usr',
      'usr-file',
      'usr/bin',
      'usr/bin/alias',
      'usr/bin/tool',
    ]);
    const tool = rootfs.get('usr/bin/tool') as FileEntry;
    const alias = rootfs.get('usr/bin/alias') as FileEntry;
    expect(tool).toMatchObject({
      type: 'file',
      mode: 0o755,
      size: 7,
      sha256: sha256('program'),
      mtime: 1234,
    });
    expect(alias).toEqual({ ...tool, path: 'usr/bin/alias' });
    expect(tool.inode).toBe(1);
    expect(rootfs.get('bin')).toMatchObject({ type: 'symlink', target: 'usr/bin' });
    expect((await collect(readContent(alias.content))).toString()).toBe('program');
    expect(dropped).toEqual({ devices: 0, xattrs: new Map() });
  });

  it('finds no socket, because GNU tar packs none', async () => {
    const root = join(dir, 'sockets');
    mkdirSync(root);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(root, 'socket'), resolve));
    const file = join(dir, 'socket.tar');
    execFileSync('tar', ['-cf', file, '-C', root, '.'], { stdio: 'ignore' });
    server.close();
    expect((await readSpool(file)).rootfs.size).toBe(0);
  });

  it('keeps capabilities in revision 2 and user attributes, and counts the rest', async () => {
    const caps = Buffer.from('0100000200040000000000000000000000000000', 'hex');
    const caps3 = Buffer.from('0100000300040000000000000000000000000000e8030000', 'hex');
    const { rootfs, dropped } = await spoolOf(
      {
        path: 'ping',
        xattrs: new Map([
          ['security.capability', caps3],
          ['user.note', Buffer.from([0xff])],
          ['user.overlay.opaque', Buffer.from('y')],
          ['security.selinux', Buffer.from('label')],
        ]),
      },
      {
        path: 'arping',
        xattrs: new Map([
          ['security.capability', caps],
          ['security.selinux', caps],
        ]),
      },
    );
    const attributes = (path: string) =>
      [...rootfs.get(path)!.xattrs].map(([name, value]) => [name, Buffer.from(value).toString('hex')]);
    expect(attributes('ping')).toEqual([
      ['security.capability', caps.toString('hex')],
      ['user.note', 'ff'],
    ]);
    expect(attributes('arping')).toEqual([['security.capability', caps.toString('hex')]]);
    expect(dropped.xattrs).toEqual(
      new Map([
        ['security.selinux', 2],
        ['user.overlay.opaque', 1],
      ]),
    );
  });

  it('follows links to links, symlinks and names given twice', async () => {
    const { rootfs } = await spoolOf(
      { path: './a', text: 'one' },
      { path: './b', type: 'hardlink', linkTarget: './a' },
      { path: './c', type: 'hardlink', linkTarget: 'b' },
      { path: './a', type: 'hardlink', linkTarget: './a' },
      { path: 'l', type: 'symlink', linkTarget: 'a' },
      { path: 'm', type: 'hardlink', linkTarget: 'l' },
      { path: 'x', text: 'two' },
      { path: 'y', type: 'hardlink', linkTarget: 'x' },
    );
    expect([...rootfs.values()].map((each) => [each.path, 'inode' in each ? each.inode : each.type])).toEqual(
      [
        ['a', 1],
        ['b', 1],
        ['c', 1],
        ['l', 'symlink'],
        ['m', 'symlink'],
        ['x', 2],
        ['y', 2],
      ],
    );
  });

  it('refuses links to what is not there and names outside of the root', async () => {
    await expect(spoolOf({ path: 'b', type: 'hardlink', linkTarget: 'a' })).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
    });
    for (const path of ['../x', '/etc/passwd', 'a/../../x']) {
      await expect(spoolOf({ path })).rejects.toMatchObject({ code: 'ROOTFS_ESCAPE' });
    }
  });
});

describe('contents', () => {
  const text = 'abcdefghij';
  const entry = async () => (await spoolOf({ path: 'f', text })).rootfs.get('f') as FileEntry;

  it('are read whole, up to a limit', async () => {
    expect((await readBytes(await entry(), 10)).toString()).toBe(text);
    await expect(readBytes(await entry(), 9)).rejects.toThrow(
      'cannot read "/f": it has 10 bytes, and at most 9',
    );
  });

  it('are read in part, and end where the file ends', async () => {
    const slice = async (offset: number, length: number) =>
      (await readSlice(await entry(), offset, length)).toString();
    expect(await slice(2, 3)).toBe('cde');
    expect(await slice(8, 100)).toBe('ij');
    expect(await slice(50, 1)).toBe('');
  });

  it('are streamed in pieces when large', async () => {
    const large = 'x'.repeat((3 << 20) + 1);
    const { rootfs } = await spoolOf({ path: 'large', text: large });
    const parts: number[] = [];
    for await (const part of readContent((rootfs.get('large') as FileEntry).content)) parts.push(part.length);
    expect(parts).toEqual([1 << 20, 1 << 20, 1 << 20, 1]);
  });

  it('come from bytes that Kubler made', async () => {
    const made = { ...(await entry()), content: { kind: 'bytes', bytes: Buffer.from(text) } } as const;
    expect((await readSlice(made, 1, 2)).toString()).toBe('bc');
    expect((await collect(readContent(made.content))).toString()).toBe(text);
  });

  it('fail when the host file became shorter, or is in a parent', async () => {
    const gone = {
      ...(await entry()),
      content: { kind: 'slice', hostFile: '/dev/null', offset: 0, size: 5 },
    } as const;
    await expect(readBytes(gone, 10)).rejects.toMatchObject({ code: 'ROOTFS_INVALID' });
    const large = { ...gone.content, size: 1 << 20 };
    await expect(collect(readContent(large))).rejects.toMatchObject({ code: 'ROOTFS_INVALID' });
    await expect(readSlice({ ...gone, content: { kind: 'parent' } }, 0, 1)).rejects.toThrow("parent's layer");
  });
});
