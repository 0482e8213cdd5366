import { expect, test } from 'vitest';
import { program } from '../../../support/make-rootfs.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { exe, findings, lib, libraries, lines, type Nodes } from '../../../support/small-debian.ts';

const glibc236: Nodes = {
  [`${libraries}/libc.so.6`]: lib({
    soname: 'libc.so.6',
    versionsDefined: ['GLIBC_2.2.5', 'GLIBC_2.36', 'GLIBC_2.4', 'GLIBC_ABI_DT_RELR', 'GLIBC_PRIVATE'],
  }),
};
const needs = (...versions: readonly string[]) => exe({ versionsNeeded: [{ file: 'libc.so.6', versions }] });

test('elf-version names what an older library does not define', async () => {
  expect(
    await findings({ ...glibc236, 'usr/bin/x': needs('GLIBC_2.4', 'GLIBC_2.38', 'GLIBC_2.39') }),
  ).toEqual([
    {
      code: 'elf-version',
      severity: 'error',
      subject: '/usr/bin/x',
      message: `needs GLIBC_2.38 and GLIBC_2.39 of libc.so.6, which /${libraries}/libc.so.6 does not define (it goes up to GLIBC_2.36)`,
      repair: `take a newer /${libraries}/libc.so.6, or a build of /usr/bin/x for what is there`,
    },
  ]);
  expect(await lines({ ...glibc236, 'usr/bin/x': needs('GLIBC_2.2.5', 'GLIBC_2.36') })).toEqual([]);
});

test('elf-version suggests the package of the library, and names no other version where none is like it', async () => {
  const origin = { kind: 'package', name: 'libxml2' } as const;
  const changes = {
    [`${libraries}/libxml2.so.2`]: { content: lib({ versionsDefined: ['LIBXML2_2.4'] }), origin },
    'usr/bin/x': exe({
      needed: ['libxml2.so.2'],
      versionsNeeded: [{ file: 'libxml2.so.2', versions: ['OTHER'] }],
    }),
  };
  expect(await findings(changes)).toMatchObject([
    {
      message: `needs OTHER of libxml2.so.2, which /${libraries}/libxml2.so.2 does not define`,
      repair: 'take a newer package "libxml2", or a build of /usr/bin/x for what is there',
    },
  ]);
});

test.each<readonly [string, Nodes]>([
  [
    'a library that defines no versions',
    {
      [`${libraries}/libc.so.6`]: lib({ versionsNeeded: [{ file: 'x', versions: ['X_1'] }] }),
      'usr/bin/x': needs('GLIBC_2.38'),
    },
  ],
  [
    'what is weak',
    {
      ...glibc236,
      'usr/bin/x': exe({ versionsNeeded: [{ file: 'libc.so.6', versions: [], weak: ['GLIBC_2.38'] }] }),
    },
  ],
  [
    'musl',
    {
      'usr/lib/ld-musl-x86_64.so.1': program(makeElf()),
      'usr/lib/libx.so.1': lib({ versionsDefined: ['X_1'] }),
      'usr/bin/x': exe({
        interpreter: '/lib/ld-musl-x86_64.so.1',
        needed: ['libx.so.1', 'libc.musl-x86_64.so.1'],
        versionsNeeded: [{ file: 'libx.so.1', versions: ['X_2'] }],
      }),
    },
  ],
])('elf-version accepts %s', async (_what, changes) => {
  expect(await lines(changes)).toEqual([]);
});

test('elf-version asks the library that is found first, by its soname or what loads it', async () => {
  const ofX = (file: string, more: object = {}) =>
    exe({ needed: ['libx.so'], versionsNeeded: [{ file, versions: ['X_2'] }], ...more });
  const [one, two] = ['X_1', 'X_2'].map((version) =>
    lib({ soname: 'libx.so.1', versionsDefined: [version] }),
  );
  const old = (path: string) =>
    `elf-version error: /usr/bin/x needs X_2 of libx.so.1, which /${path} does not define (it goes up to X_1)`;
  const both = { 'srv/libx.so': one ?? '', [`${libraries}/libx.so`]: two ?? '' };
  expect(await lines({ ...both, 'usr/bin/x': ofX('libx.so.1') })).toEqual([]);
  expect(await lines({ ...both, 'usr/bin/x': ofX('libx.so.1', { runpath: '/srv' }) })).toEqual([
    old('srv/libx.so'),
  ]);
  const inBetween = {
    'usr/bin/x': ofX('libx.so.1', { needed: ['liby.so'] }),
    [`${libraries}/liby.so`]: lib({ needed: ['libx.so', 'liby.so'], runpath: '/srv' }),
  };
  expect(await lines({ ...both, ...inBetween })).toEqual([old('srv/libx.so')]);
});

test('elf-version names a library that has no table of versions, at which the loader stops', async () => {
  expect(await lines({ 'usr/bin/x': needs('GLIBC_2.38') })).toEqual([
    `elf-version error: /usr/bin/x needs GLIBC_2.38 of libc.so.6, which /${libraries}/libc.so.6 does not define: it has no versions`,
  ]);
});

test('elf-version says nothing of a library that is missing: elf-needed does', async () => {
  const changes = { 'usr/bin/x': needs('GLIBC_2.38') };
  const codes = (await findings(changes, {}, [`${libraries}/libc.so.6`])).map(({ code }) => code);
  expect(new Set(codes)).toEqual(new Set(['elf-needed']));
});
