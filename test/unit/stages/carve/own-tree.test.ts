import { expect, test } from 'vitest';
import { ownTree } from '../../../../src/stages/carve/index.ts';
import { link, makeRootfs } from '../../../support/make-rootfs.ts';

const status = (name: string) =>
  `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n`;
const originsOf = (tree: Awaited<ReturnType<typeof ownTree>>) =>
  [...tree.rootfs.values()].flatMap(({ path, origin }) =>
    origin?.kind === 'package' ? [`${path} ${origin.name}`] : [],
  );

test("gives files their owners by dpkg's lists, through merged folders and diversions", async () => {
  const owned = await ownTree(
    makeRootfs({
      lib: link('usr/lib'),
      'usr/lib/a.so': 'a',
      'usr/bin/tool': 'new',
      'usr/bin/tool.old': 'old',
      'srv/mine': 'x',
      'var/lib/dpkg/status': `${status('a')}\n${status('b')}`,
      'var/lib/dpkg/diversions': '/usr/bin/tool\n/usr/bin/tool.old\nb\n',
      'var/lib/dpkg/info/a.list': '/.\n/lib\n/lib/a.so\n/lib/gone.so\n/usr/bin/tool\n',
      'var/lib/dpkg/info/b:amd64.list': '/usr/bin/tool\n',
    }),
  );
  expect(originsOf(owned)).toEqual(['usr/bin/tool b', 'usr/bin/tool.old a', 'usr/lib/a.so a']);
  expect(owned.shipped?.has('usr/lib/gone.so')).toBe(true);
  expect(owned.packages.map(({ name }) => name)).toEqual(['a', 'b']);
});

test("reads apk's database", async () => {
  const installed = 'P:musl\nV:1.2-r0\nA:x86_64\nF:lib\nR:ld-musl.so.1\n\n';
  const owned = await ownTree(makeRootfs({ 'lib/ld-musl.so.1': 'x', 'lib/apk/db/installed': installed }));
  expect(originsOf(owned)).toEqual(['lib musl', 'lib/ld-musl.so.1 musl']);
});

test('leaves a tree without a database as it is', async () => {
  const rootfs = makeRootfs({ 'bin/tool': 'x' });
  expect(await ownTree(rootfs)).toEqual({ rootfs, packages: [], shipped: undefined });
});
