import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { TarMember } from '../../../src/oci/tar-member.ts';
import { writeTar } from '../../../src/oci/tar-write.ts';
import { chunks, collect, member, pipeTo, tarOf } from '../../support/tar.ts';

const listedBy = async (...members: TarMember[]) => {
  const args = [
    '--list',
    '--verbose',
    '--verbose',
    '--numeric-owner',
    '--full-time',
    '--quoting-style=literal',
  ];
  const text = await pipeTo(writeTar(members), 'tar', [...args, '--file=-']);
  return text.trimEnd().split('\n');
};

describe('writeTar', () => {
  it('writes what GNU tar lists with the same names, owners, times and types', async () => {
    const long = `${'a'.repeat(60)}/${'b'.repeat(60)}`;
    const lines = await listedBy(
      member({ path: 'etc', type: 'directory', mode: 0o755 }),
      member({ path: 'etc/plain', text: 'hello', uid: 1, gid: 2 }),
      member({ path: 'etc/locked', mode: 0, text: 'x' }),
      member({ path: 'etc/köln', text: 'ü' }),
      member({ path: long, text: 'x' }),
      member({ path: 'short', type: 'symlink', linkTarget: `/${long}`, mode: 0o777 }),
      member({ path: 'twin', type: 'hardlink', linkTarget: 'etc/plain' }),
      member({ path: 'pipe', type: 'fifo' }),
      member({ path: 'subuid', uid: 1_000_650_000, gid: 2_147_483_646 }),
      member({ path: 'edge', uid: 262_143, gid: 262_144 }),
      member({ path: 'future', mtime: Date.UTC(2106, 1, 7) / 1000 }),
      member({ path: 'past', mtime: -86_400 }),
      member({ path: 'setuid', mode: 0o4755 }),
    );
    const time = '2023-11-14 22:13:20';
    expect(lines.map((line) => line.replace(/ +/g, ' '))).toEqual([
      `drwxr-xr-x 0/0 0 ${time} etc/`,
      `-rw-r--r-- 1/2 5 ${time} etc/plain`,
      `---------- 0/0 1 ${time} etc/locked`,
      `-rw-r--r-- 0/0 2 ${time} etc/köln`,
      `-rw-r--r-- 0/0 1 ${time} ${long}`,
      `lrwxrwxrwx 0/0 0 ${time} short -> /${long}`,
      `hrw-r--r-- 0/0 0 ${time} twin link to etc/plain`,
      `prw-r--r-- 0/0 0 ${time} pipe`,
      `-rw-r--r-- 1000650000/2147483646 0 ${time} subuid`,
      `-rw-r--r-- 262143/262144 0 ${time} edge`,
      '-rw-r--r-- 0/0 0 2106-02-07 00:00:00 future',
      '-rw-r--r-- 0/0 0 1969-12-31 00:00:00 past',
      `-rwsr-xr-x 0/0 0 ${time} setuid`,
    ]);
  });

  it('writes a 9 GiB member that GNU tar passes over', async () => {
    const size = 9 * 2 ** 30;
    const zeros = Buffer.alloc(1 << 24);
    async function* header() {
      // Only the start of such a member is compared: tar is told that the archive ends there.
      let bytes = 0;
      for await (const chunk of writeTar([
        member({
          path: 'huge',
          size,
          content: () => chunks(...Array<Buffer>(size / zeros.length).fill(zeros)),
        }),
      ])) {
        yield chunk;
        bytes += chunk.length;
        if (bytes > 4096) return;
      }
    }
    const bytes = await collect(header());
    const listed = spawnSync('tar', ['-tvf', '-'], { input: bytes, encoding: 'utf8' });
    expect(listed.stdout).toContain(` ${size} `);
    expect(listed.stdout).toContain(' huge');
  });

  it('writes extended attributes that GNU tar shows with their lengths', async () => {
    const xattrs = new Map([
      [
        'security.capability',
        Uint8Array.from([1, 0, 0, 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      ],
      ['user.a=b', Uint8Array.from([0xff, 0, 10])],
    ]);
    const text = await pipeTo(writeTar([member({ path: 'ping', xattrs })]), 'tar', [
      '--xattrs',
      '--xattrs-include=*',
      '-tvvf',
      '-',
    ]);
    expect(text).toContain('x: 20 security.capability');
    expect(text).toContain('x: 3 user.a=b');
  });

  it('gives the same bytes whatever order attributes were set in', async () => {
    const a = ['user.a', Buffer.from('1')] as const;
    const b = ['user.b', Buffer.from('2')] as const;
    const one = await tarOf(member({ path: 'x', xattrs: new Map([a, b]) }));
    const other = await tarOf(member({ path: 'x', xattrs: new Map([b, a]) }));
    expect(one.equals(other)).toBe(true);
  });

  it('fails when content is shorter or longer than announced', async () => {
    await expect(
      tarOf(member({ path: 'x', size: 9, content: () => chunks(Buffer.from('short')) })),
    ).rejects.toThrow('"x" has 5 bytes instead of 9');
    await expect(
      tarOf(member({ path: 'x', size: 1, content: () => chunks(Buffer.from('long')) })),
    ).rejects.toThrow('"x" has 4 bytes instead of 1');
  });

  it('passes on the error of a content', async () => {
    const content = async function* () {
      yield await Promise.resolve(Buffer.from('ab'));
      throw new Error('disk gone');
    };
    await expect(tarOf(member({ path: 'x', size: 9, content }))).rejects.toThrow('disk gone');
  });

  it('ends quietly when its reader stops early', async () => {
    const big = Buffer.alloc(1 << 22);
    for await (const chunk of writeTar([
      member({ path: 'a', size: 4 * big.length, content: () => chunks(big, big, big, big) }),
      member({ path: 'b' }),
    ])) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});
