import { expect, test } from 'vitest';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { makeRootfs, program } from '../../../support/make-rootfs.ts';
import { makeElf } from '../../../support/make-elf.ts';

test('facts are of programs, libraries, executable scripts, and the files other checks read', async () => {
  const elf = makeElf({ needed: ['libc.so.6'], soname: 'libx.so.1' });
  const facts = await collectFacts(
    makeRootfs({
      'usr/bin/x': program(elf),
      'usr/lib/libx.so.1': elf,
      'usr/lib/odd-plugin': elf,
      'usr/lib/script': program('#! /bin/sh -e \nexit'),
      'usr/lib/long': program(`#!${'/x'.repeat(400)}`),
      'usr/lib/text': '#!/bin/sh\nnot executable'.padEnd(60),
      'usr/lib/damaged.so': elf.subarray(0, 70),
      'usr/lib/tiny': program('#'),
      'etc/passwd': 'root:x:0:0::/root:/bin/sh\n',
      'etc/ld.so.conf.d/x.conf': '/opt/x\n',
      'etc/hosts': '127.0.0.1 localhost\n',
    }),
  );
  expect(
    [...facts].map(([path, fact]) => [path, fact.elf?.soname ?? fact.shebang?.slice(0, 20) ?? fact.text]),
  ).toEqual([
    ['etc/ld.so.conf.d/x.conf', '/opt/x\n'],
    ['etc/passwd', 'root:x:0:0::/root:/bin/sh\n'],
    ['usr/bin/x', 'libx.so.1'],
    ['usr/lib/libx.so.1', 'libx.so.1'],
    ['usr/lib/long', '/x'.repeat(10)],
    ['usr/lib/odd-plugin', 'libx.so.1'],
    ['usr/lib/script', '/bin/sh -e'],
  ]);
});

test('files in a parent are not read', async () => {
  const tree = makeRootfs({ 'usr/bin/x': program(makeElf()) });
  const inParent = new Map(
    [...tree].map(([path, entry]) => [
      path,
      entry.type === 'file' ? { ...entry, content: { kind: 'parent' as const } } : entry,
    ]),
  );
  expect(await collectFacts(inParent)).toEqual(new Map());
});
