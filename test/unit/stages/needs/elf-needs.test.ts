import { describe, expect, test } from 'vitest';
import { collectFacts, findNeeds } from '../../../../src/stages/needs/index.ts';
import { makeElf, type ElfSpec } from '../../../support/make-elf.ts';
import { dir, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';
import { debian, exe, lib, libraries, loader, type Nodes } from '../../../support/small-debian.ts';

/** Where `/usr/bin/x` finds `liba.so.1`; the last of what answers. */
async function whereA(nodes: Nodes, options: { path?: string; libraryPath?: string } = {}) {
  const tree = makeRootfs(nodes);
  const { path = 'usr/bin/x', libraryPath } = options;
  const config = { Env: libraryPath === undefined ? [] : [`LD_LIBRARY_PATH=${libraryPath}`] };
  const needs = findNeeds({ tree, facts: await collectFacts(tree), config });
  return needs
    .of(path)
    .find(({ name }) => name.endsWith('liba.so.1'))
    ?.answer.at(-1);
}
const needsA = (more: ElfSpec = {}): Node => exe({ needed: ['liba.so.1'], ...more });
const at = (...folders: readonly string[]): Nodes =>
  Object.fromEntries(folders.map((folder) => [`${folder}/liba.so.1`, lib()]));

describe('folders are searched in the order of glibc', () => {
  test.each<readonly [string, ElfSpec, readonly string[]]>([
    ['RPATH, LD_LIBRARY_PATH', { rpath: '/opt/r' }, ['opt/r', 'srv/e', libraries]],
    ['LD_LIBRARY_PATH, RUNPATH', { rpath: '/opt/r', runpath: '/opt/u' }, ['srv/e', 'opt/u', libraries]],
    ['LD_LIBRARY_PATH, default folders', {}, ['srv/e', libraries, 'usr/lib']],
  ])('%s', async (_what, spec, folders) => {
    for (const [index, folder] of folders.entries()) {
      const nodes = { ...debian, ...at(...folders.slice(index)), 'usr/bin/x': needsA(spec) };
      expect(await whereA(nodes, { libraryPath: '/srv/e:rel' })).toBe(`${folder}/liba.so.1`);
    }
  });

  test('the RPATH of what loads it comes before the default folders, unless it has a RUNPATH', async () => {
    const nodes = (spec: ElfSpec) => ({
      ...debian,
      ...at('opt/r', libraries),
      'usr/bin/y': exe({ needed: ['libb.so'], rpath: '/opt/r' }),
      'opt/r/libb.so': lib({ needed: ['liba.so.1', 'libc.so.6'], ...spec }),
    });
    const path = 'opt/r/libb.so';
    expect(await whereA(nodes({}), { path })).toBe('opt/r/liba.so.1');
    expect(await whereA(nodes({ runpath: '/none' }), { path })).toBe(`${libraries}/liba.so.1`);
  });

  test('musl looks at LD_LIBRARY_PATH first, and at its own folders', async () => {
    const musl: Nodes = {
      'lib/ld-musl-x86_64.so.1': program(makeElf()),
      'usr/bin/x': needsA({
        interpreter: '/lib/ld-musl-x86_64.so.1',
        needed: ['libc.so', 'liba.so.1'],
        rpath: '/opt/r',
      }),
    };
    const order = ['srv/e', 'opt/r', 'lib', 'usr/local/lib', 'usr/lib'];
    for (const [index, folder] of order.entries()) {
      const nodes = { ...musl, ...at(...order.slice(index)) };
      expect(await whereA(nodes, { libraryPath: '/srv/e' })).toBe(`${folder}/liba.so.1`);
    }
  });
});

describe('tokens', () => {
  test.each<readonly [string, string, ElfSpec]>([
    ['$LIB is the multiarch folder where there is one', `srv/lib/x86_64-linux-gnu`, { runpath: '/srv/$LIB' }],
    ['$PLATFORM', 'srv/x86_64/x', { runpath: '/srv/$PLATFORM/x' }],
    ['${PLATFORM} twice', 'srv/x86_64/x86_64', { rpath: '/srv/${PLATFORM}/$PLATFORM' }],
    ['all', 'usr/bin/lib/x86_64-linux-gnu/x86_64', { runpath: '$ORIGIN/$LIB/$PLATFORM' }],
    ['$ORIGIN of a path', 'usr/lib/x', { needed: ['$ORIGIN/../lib/x/liba.so.1'] }],
  ])('%s', async (_what, folder, spec) => {
    expect(await whereA({ ...debian, ...at(folder), 'usr/bin/x': needsA(spec) })).toBe(`${folder}/liba.so.1`);
  });

  test.each<readonly [string, ElfSpec]>([
    ['a longer name', { runpath: '/srv/$ORIGINx' }],
    ['another', { runpath: '/srv/$HOME' }],
    ['$LIB where it is called otherwise', { runpath: '/srv/$LIB' }],
  ])('no token: %s', async (_what, spec) => {
    const folders = ['srv/usr/binx', 'srv', 'srv/lib64', 'usr/binx'];
    expect(await whereA({ ...debian, ...at(...folders), 'usr/bin/x': needsA(spec) })).toBeUndefined();
  });

  test('$LIB is lib64 where there is no multiarch, and musl ignores a path with it', async () => {
    const fedora: Nodes = { 'lib64/libc.so.6': lib(), ...at('srv/lib64'), usr: dir };
    expect(await whereA({ ...fedora, 'usr/bin/x': needsA({ runpath: '/srv/$LIB' }) })).toBe(
      'srv/lib64/liba.so.1',
    );
    const interpreter = '/lib/ld-musl-x86_64.so.1';
    const runpath = '/srv/lib64:/srv/$LIB';
    expect(await whereA({ ...fedora, 'usr/bin/x': needsA({ interpreter, runpath }) })).toBeUndefined();
  });
});

test('libraries for better processors are found where there is none for all', async () => {
  const best = `${libraries}/glibc-hwcaps/x86-64-v3`;
  const nodes = { ...debian, ...at(best), 'usr/bin/x': needsA() };
  expect(await whereA(nodes)).toBe(`${best}/liba.so.1`);
  expect(await whereA({ ...nodes, ...at(libraries) })).toBe(`${libraries}/liba.so.1`);
});

test('ld.so.conf: includes in includes, in circles, with the names of old C libraries', async () => {
  const nodes = {
    ...debian,
    'etc/ld.so.conf': 'hwcap 0 nosegneg\ninclude ld.so.conf.d/*.conf\n',
    'etc/ld.so.conf.d/a.conf': 'include b.conf\ninclude ../ld.so.conf\n/srv/a/=libc6, /srv/c',
    'etc/ld.so.conf.d/b.conf': 'include a.conf\n/srv/b:/srv/a',
    'usr/bin/x': needsA(),
  };
  for (const folder of ['srv/a', 'srv/b', 'srv/c'])
    expect(await whereA({ ...nodes, ...at(folder) })).toBe(`${folder}/liba.so.1`);
});

describe('what is loaded already', () => {
  const app = (needed: readonly string[]): Nodes => ({
    ...debian,
    'srv/app/x': exe({ needed, runpath: '$ORIGIN/lib' }),
    'srv/app/lib/libb.so': lib({ needed: ['liba.so.1'] }),
    'srv/app/lib/liba.so.1.2': lib({ soname: 'liba.so.1' }),
    'srv/app/lib/liba.so.1': { link: 'liba.so.1.2' },
  });
  const path = 'srv/app/lib/libb.so';

  test('answers libraries of the same program', async () => {
    expect(await whereA(app(['libb.so', 'liba.so.1', 'libc.so.6']), { path })).toBe(
      'srv/app/lib/liba.so.1.2',
    );
    expect(await whereA(app(['libb.so', 'liba.so.1.2']), { path })).toBe('srv/app/lib/liba.so.1.2');
  });

  test('answers none that come before it, or are of other programs', async () => {
    const late = {
      ...app(['libb.so', 'libc1.so']),
      'srv/app/lib/libc1.so': lib({ needed: ['liba.so.1'], runpath: '$ORIGIN' }),
    };
    expect(await whereA(late, { path })).toBeUndefined();
    const other = {
      ...app(['libb.so']),
      'srv/app/y': exe({ needed: ['liba.so.1'], runpath: '$ORIGIN/lib' }),
    };
    expect(await whereA(other, { path })).toBeUndefined();
  });

  test('answers the loader wherever it is', async () => {
    const tree = makeRootfs({
      [loader.slice(1)]: program(makeElf({ soname: 'ld-linux-x86-64.so.2' })),
      [`${libraries}/libc.so.6`]: lib({ needed: ['ld-linux-x86-64.so.2'] }),
      'usr/bin/x': exe(),
    });
    const needs = findNeeds({ tree, facts: await collectFacts(tree) });
    expect(needs.of(`${libraries}/libc.so.6`)).toMatchObject([{ answer: [loader.slice(1)] }]);
  });
});

describe('libraries of another ABI are passed over', () => {
  const arm = { class: 32, machine: 40 } as const;
  const [soft, hard, old] = [0x5000200, 0x5000400, 0x4000400].map((flags) => ({ ...arm, flags }));
  const mips = { class: 32, machine: 8, littleEndian: false } as const;
  const n32 = { ...mips, flags: 0x20 };
  const ppc = (flags: number) => ({ machine: 21, flags });
  test.each<readonly [boolean, string, ElfSpec | undefined, ElfSpec | undefined]>([
    [true, 'ARM hard float', hard, hard],
    [false, 'ARM soft for hard float', hard, soft],
    [true, 'ARM of an older ABI', hard, old],
    [true, 'ARM that does not say', soft, arm],
    [true, 'MIPS', mips, mips],
    [false, 'MIPS n32 for o32', mips, n32],
    [false, 'MIPS of the other byte order', mips, { ...mips, littleEndian: true }],
    [false, 'MIPS with other NaNs', mips, { ...mips, flags: 0x400 }],
    [false, 'PowerPC ELFv1 for v2', ppc(2), ppc(1)],
    [true, 'PowerPC that does not say', ppc(2), ppc(0)],
    [false, 'RISC-V with soft floats for double', { machine: 243, flags: 5 }, { machine: 243, flags: 1 }],
    [false, 'x32 for x86-64', {}, { class: 32 }],
    [false, 'FreeBSD for Linux', {}, { osAbi: 9 }],
    [true, 'GNU for System V', {}, { osAbi: 3 }],
    [true, 'flags that say nothing', { machine: 22, flags: 1 }, { machine: 22 }],
  ])('%j: %s', async (answers, _what, one = {}, other = {}) => {
    const [needed, spec] = [['liba.so.1'], { interpreter: '/lib/ld.so.1', ...one }];
    const nodes = { 'usr/bin/x': program(makeElf({ needed, ...spec })), 'usr/lib/liba.so.1': makeElf(other) };
    expect((await whereA(nodes)) !== undefined).toBe(answers);
  });

  test.each<readonly [string, ElfSpec]>([
    ['arm-linux-gnueabihf', hard ?? {}],
    ['arm-linux-gnueabi', soft ?? {}],
    ['mips-linux-gnu', mips],
    ['mipsel-linux-gnu', { ...mips, littleEndian: true }],
    ['mips64-linux-gnuabin32', n32],
    ['mips64el-linux-gnuabi64', { machine: 8 }],
    ['x86_64-linux-gnux32', { class: 32 }],
    ['powerpc64-linux-gnu', { machine: 21, littleEndian: false }],
    ['powerpc64le-linux-gnu', { machine: 21 }],
  ])('the folder of Debian is %s', async (triplet, spec) => {
    const elf = makeElf({ interpreter: '/lib/ld.so.1', needed: ['liba.so.1'], ...spec });
    const nodes = { 'usr/bin/x': program(elf), [`usr/lib/${triplet}/liba.so.1`]: makeElf(spec) };
    expect(await whereA(nodes)).toBe(`usr/lib/${triplet}/liba.so.1`);
  });
});
