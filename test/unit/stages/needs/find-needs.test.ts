import { describe, expect, test } from 'vitest';
import type { ElfFacts, FileFacts } from '../../../../src/model/file-facts.ts';
import { collectFacts, findNeeds } from '../../../../src/stages/needs/index.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { link, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';

const folder = 'usr/lib/x86_64-linux-gnu';
const debian: Readonly<Record<string, Node>> = {
  bin: link('usr/bin'),
  lib: link('usr/lib'),
  lib64: link('usr/lib64'),
  'usr/lib64/ld-linux-x86-64.so.2': link('/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
  [`${folder}/ld-linux-x86-64.so.2`]: program(makeElf()),
  [`${folder}/libz.so.1`]: link('libz.so.1.2'),
  [`${folder}/libz.so.1.2`]: makeElf(),
  'usr/bin/x': program(
    makeElf({ interpreter: '/lib64/ld-linux-x86-64.so.2', needed: ['libz.so.1', 'libno.so.1'] }),
  ),
  'usr/bin/sh': link('dash'),
  'usr/bin/dash': program(makeElf()),
  'usr/bin/env': program(makeElf()),
};

/** Needs of one path; facts of ELF files can be added to what is read. */
async function needsOf(
  path: string,
  nodes: Readonly<Record<string, Node>> = {},
  elf: Partial<ElfFacts> = {},
) {
  const tree = makeRootfs({ ...debian, ...nodes });
  const facts = new Map<string, FileFacts>(await collectFacts(tree));
  const known = facts.get(path)?.elf;
  if (known) facts.set(path, { elf: { ...known, ...elf } });
  return findNeeds({ tree, facts }).of(path);
}

describe('what a file needs', () => {
  test('programs: loader and libraries, by all the links that lead there', async () => {
    expect(await needsOf('usr/bin/x')).toEqual([
      {
        ...{ kind: 'loader', name: '/lib64/ld-linux-x86-64.so.2' },
        answer: ['lib64', 'usr/lib64/ld-linux-x86-64.so.2', 'lib', `${folder}/ld-linux-x86-64.so.2`],
      },
      { kind: 'library', name: 'libz.so.1', answer: ['lib', `${folder}/libz.so.1`, `${folder}/libz.so.1.2`] },
      {
        ...{ kind: 'library', name: 'libno.so.1', answer: [] },
        fault: 'which no folder of the library path holds',
      },
    ]);
  });

  test('programs: a loader that needs one itself is none', async () => {
    const interpreter = '/usr/bin/x';
    const nodes = { 'usr/bin/y': program(makeElf({ interpreter })) };
    expect(await needsOf('usr/bin/y', nodes)).toMatchObject([
      { kind: 'loader', answer: [], fault: 'which is no loader' },
    ]);
  });

  test('libraries in the private folder of their package, and not in one that all share', async () => {
    const needs = makeElf({ needed: ['libown.so'] });
    const nodes = {
      'usr/lib/app/plugins/a.so': needs,
      'usr/lib/app/libown.so': makeElf(),
      [`${folder}/app/a.so`]: needs,
      [`${folder}/app/x/libown.so`]: makeElf(),
      [`${folder}/libb.so`]: makeElf({ needed: ['libother.so'] }),
      [`${folder}/other/libother.so`]: makeElf(),
    };
    expect(await needsOf('usr/lib/app/plugins/a.so', nodes)).toMatchObject([
      { answer: ['usr/lib/app/libown.so'] },
    ]);
    expect(await needsOf(`${folder}/app/a.so`, nodes)).toMatchObject([
      { answer: [`${folder}/app/x/libown.so`] },
    ]);
    expect(await needsOf(`${folder}/libb.so`, nodes)).toMatchObject([{ answer: [] }]);
  });

  test('scripts: the interpreter, and what env looks up', async () => {
    const nodes = { 'usr/bin/a': program('#!/bin/sh\n'), 'usr/bin/b': program('#!/usr/bin/env perl\n') };
    expect(await needsOf('usr/bin/a', nodes)).toEqual([
      { kind: 'interpreter', name: '/bin/sh', answer: ['bin', 'usr/bin/sh', 'usr/bin/dash'] },
    ]);
    expect(await needsOf('usr/bin/b', nodes)).toEqual([
      { kind: 'interpreter', name: '/usr/bin/env', answer: ['usr/bin/env'] },
      { kind: 'interpreter', name: 'perl', answer: [], fault: 'which no folder of PATH holds' },
    ]);
  });

  test('links: their end, and the links between', async () => {
    const nodes = { 'srv/a': link('b'), 'srv/b': link('/usr/bin/sh'), 'srv/c': link('nowhere') };
    expect(await needsOf('srv/a', nodes)).toEqual([
      { kind: 'target', name: 'b', answer: ['srv/b', 'usr/bin/sh', 'usr/bin/dash'] },
    ]);
    expect(await needsOf('srv/c', nodes)).toMatchObject([
      { answer: [], fault: 'and there is no /srv/nowhere' },
    ]);
  });

  test('nothing for other files, folders, and what is not there', async () => {
    expect(await needsOf('usr')).toEqual([]);
    expect(await needsOf('absent')).toEqual([]);
    expect(await needsOf('srv/text', { 'srv/text': 'text' })).toEqual([]);
  });
});

describe('what is known to be loaded at run time', () => {
  test("glibc's unwinder, which threads end by", async () => {
    const libgcc = `${folder}/libgcc_s.so.1`;
    const imports = ['pthread_exit'];
    const load = { kind: 'load', name: 'libgcc_s.so.1', reason: 'when a thread ends' };
    expect(await needsOf(`${folder}/libz.so.1.2`, { [libgcc]: makeElf() }, { imports })).toEqual([
      { ...load, answer: ['lib', libgcc] },
    ]);
    const fault = 'which no folder of the library path holds';
    expect(await needsOf(`${folder}/libz.so.1.2`, {}, { imports })).toEqual([{ ...load, answer: [], fault }]);
    expect(await needsOf(`${folder}/libz.so.1.2`)).toEqual([]);
  });

  test('not where musl does it itself', async () => {
    const elf = { imports: ['pthread_exit'], needed: ['libc.musl-x86_64.so.1'] };
    expect(await needsOf('usr/bin/dash', { 'lib/ld-musl-x86_64.so.1': '' }, elf)).toEqual([]);
  });

  test('services of nsswitch.conf, but for those in glibc', async () => {
    const nodes = {
      'etc/nsswitch.conf':
        'passwd: files systemd # of users\nhosts: files mymachines [NOTFOUND=return] dns\n',
      [`${folder}/libnss_systemd.so.2`]: makeElf(),
    };
    const names = async (imports: readonly string[]) =>
      (await needsOf('usr/bin/dash', nodes, { imports })).map(
        ({ name, answer }) => `${name} ${answer.length}`,
      );
    expect(await names(['getpwnam'])).toEqual(['libnss_systemd.so.2 2', '/etc/nsswitch.conf 1']);
    expect(await names(['getaddrinfo'])).toEqual(['libnss_mymachines.so.2 0', '/etc/nsswitch.conf 1']);
  });

  test('plugins of a library, and the standard library of an interpreter', async () => {
    const crypto = `${folder}/libcrypto.so.3`;
    const legacy = `${folder}/ossl-modules/legacy.so`;
    expect(
      await needsOf(crypto, { [crypto]: makeElf({ soname: 'libcrypto.so.3' }), [legacy]: makeElf() }),
    ).toMatchObject([{ name: `/${legacy}`, answer: [legacy], importance: 'optional' }]);
    const python = {
      'usr/bin/python3.11': program(makeElf()),
      'usr/lib/python3.11/os.py': '',
      'usr/lib/python3.9/os.py': '',
    };
    expect((await needsOf('usr/bin/python3.11', python)).flatMap(({ answer }) => answer)).toEqual([
      'usr/lib/python3.11/os.py',
    ]);
  });
});
