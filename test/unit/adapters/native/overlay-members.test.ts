import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { toOverlayMembers } from '../../../../src/adapters/native/overlay-members.ts';
import type { TarMember, TarType } from '../../../../src/oci/tar-member.ts';

type Member = TarMember<TarType | 'device'>;
const member = (path: string, extra: Partial<Member> = {}): Member => ({
  ...{
    path,
    type: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    linkTarget: '',
    xattrs: new Map(),
  },
  content: async function* () {},
  ...extra,
});
const folder = (path: string, mode = 0o755) => member(path, { type: 'directory', mode });

/** `path mode xattrs` of each member, and the whiteouts. */
async function convert(...members: readonly Member[]) {
  const whiteouts: string[] = [];
  const lines: string[] = [];
  for await (const each of toOverlayMembers(Readable.from(members), whiteouts)) {
    const xattrs = [...each.xattrs].map(([name, value]) => `${name}=${Buffer.from(value).toString()}`);
    lines.push([each.path, each.mode.toString(8), ...xattrs].join(' '));
  }
  return { lines, whiteouts };
}

it('plain members pass, devices do not', async () => {
  const { lines, whiteouts } = await convert(
    folder('./'),
    member('./bin/sh'),
    member('dev/sda', { type: 'device' }),
    member('.who'),
  );
  expect(lines).toEqual(['. 755', 'bin/sh 644', '.who 644']);
  expect(whiteouts).toEqual([]);
});

it('whiteouts are handed out by the name they hide', async () => {
  const { lines, whiteouts } = await convert(member('.wh.top'), member('./a/b/.wh..hidden'));
  expect(lines).toEqual([]);
  expect(whiteouts).toEqual(['top', 'a/b/.hidden']);
});

it('opaque folders keep their mode and get the attribute', async () => {
  const { lines } = await convert(
    folder('a', 0o700),
    member('a/.wh..wh..opq'),
    member('a/new'),
    member('b/.wh..wh..opq'),
  );
  expect(lines).toEqual([
    'a 700',
    'a/new 644',
    'a 700 trusted.overlay.opaque=y',
    'b 755 trusted.overlay.opaque=y',
  ]);
});

it('opaque folders have another attribute in a user namespace', async () => {
  for await (const { xattrs } of toOverlayMembers(Readable.from([member('a/.wh..wh..opq')]), [], true))
    expect([...xattrs.keys()]).toEqual(['user.overlay.opaque']);
  expect.assertions(1);
});

it.each([
  ['a name', member('a/../../etc/passwd')],
  ['a whiteout', member('../.wh.passwd')],
  ['the target of a hard link', member('x', { type: 'hardlink', linkTarget: '../etc/shadow' })],
])('%s that leads out of the root is refused', async (_, bad) => {
  await expect(convert(bad)).rejects.toMatchObject({ code: 'ROOTFS_ESCAPE' });
});
