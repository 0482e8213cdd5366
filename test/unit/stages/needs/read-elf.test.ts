import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElf } from '../../../../src/stages/needs/read-elf.ts';
import { requires } from '../../../support/requires.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { makeElf, type ElfSpec } from '../../../support/make-elf.ts';

const read = (bytes: Buffer) =>
  readElf((offset, length) =>
    Promise.resolve(bytes.subarray(Math.min(offset, bytes.length), offset + length)),
  );

const spec: ElfSpec = {
  interpreter: '/lib/ld.so.1',
  needed: ['libb.so.2', 'liba.so.1'],
  soname: 'libself.so.3',
  rpath: '/opt/a:$ORIGIN/../lib:',
  runpath: '/opt/b',
};
const facts = {
  interpreter: '/lib/ld.so.1',
  needed: ['libb.so.2', 'liba.so.1'],
  soname: 'libself.so.3',
  rpath: ['/opt/a', '$ORIGIN/../lib'],
  runpath: ['/opt/b'],
};

const kinds = [
  [64, true, 62],
  [64, false, 22],
  [32, true, 3],
  [32, false, 8],
] as const;
describe('readElf', () => {
  test.each(kinds)('reads %i-bit files, little-endian %j', async (elfClass, littleEndian, machine) => {
    const elf = makeElf({ ...spec, class: elfClass, littleEndian, machine });
    expect(await read(elf)).toEqual({ ...facts, class: elfClass, littleEndian, machine });
  });

  test.each(kinds)(
    'reads versions, imports and notes of %i-bit files, little-endian %j',
    async (elfClass, littleEndian, machine) => {
      const told = {
        versionsNeeded: [
          { file: 'libc.so.6', versions: ['GLIBC_2.2.5', 'GLIBC_2.34'] },
          { file: 'libm.so.6', versions: [], weak: ['GLIBC_2.29'] },
        ],
        versionsDefined: ['ONE_1.0', 'ONE_1.1'],
        flags: 0x5000400,
        osAbi: 9,
      };
      const notes = [
        '[{"soname":["libb.so.2","libb.so.1"],"priority":"required","feature":"b","description":"for b"},{"soname":["liba.so"]}]',
        '{"soname":"libold.so.1","priority":"suggested","unknown":[]}',
        '[{"priority":"required"},{"soname":[],"priority":"required"},{"soname":["x"],"priority":"urgent"},7,null]',
        '[{"soname":["cut',
      ];
      const elf = makeElf({
        ...told,
        class: elfClass,
        littleEndian,
        machine,
        imports: ['system', 'getenv', 'iconv_open'],
        dlopen: notes,
      });
      expect(await read(elf)).toMatchObject({
        ...told,
        imports: ['iconv_open', 'system'],
        dlopen: [
          { sonames: ['libb.so.2', 'libb.so.1'], priority: 'required', feature: 'b' },
          { sonames: ['liba.so'], priority: 'recommended' },
          { sonames: ['libold.so.1'], priority: 'suggested' },
        ],
      });
    },
  );

  test('tells versions that are only the name of the file from none', async () => {
    expect((await read(makeElf({ versionsDefined: [] })))?.versionsDefined).toEqual([]);
    expect(await read(makeElf())).not.toHaveProperty('versionsDefined');
  });

  test('reads a static program: nothing is needed', async () => {
    expect(await read(makeElf({ type: 2 }))).toEqual({
      class: 64,
      littleEndian: true,
      machine: 62,
      needed: [],
      rpath: [],
      runpath: [],
    });
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['a script', Buffer.from('#!/bin/sh\n'.repeat(20))],
    ['a bare magic number', Buffer.from('\x7fELF')],
    ['an object file', makeElf({ ...spec, type: 1 })],
    ['a core dump', makeElf({ ...spec, type: 4 })],
  ])('knows nothing of %s', async (_what, bytes) => {
    expect(await read(bytes)).toBeUndefined();
  });
});

requires('gcc')('readElf', () => {
  const folder = useTempDir();

  test('reads what gcc and ld wrote', async () => {
    writeFileSync(join(folder, 'a.c'), 'int f(void) { return 1; } int main(void) { return f(); }');
    const run = (...args: string[]) => execFileSync('gcc', ['a.c', ...args], { cwd: folder });
    run('-shared', '-fPIC', '-Wl,-soname,liba.so.1', '-o', 'liba.so');
    run(
      '-o',
      'a',
      '-L.',
      '-Wl,--no-as-needed',
      '-la',
      '-Wl,-rpath,$ORIGIN/lib:/x',
      '-Wl,--disable-new-dtags',
    );
    expect(await read(readFileSync(join(folder, 'liba.so')))).toMatchObject({ soname: 'liba.so.1' });
    expect(await read(readFileSync(join(folder, 'a')))).toMatchObject({
      interpreter: expect.stringContaining('/ld-') as string,
      needed: ['liba.so.1', 'libc.so.6'],
      rpath: ['$ORIGIN/lib', '/x'],
      runpath: [],
    });
  });

  test.each(['gnu', 'sysv', 'both'])(
    'reads what ld wrote of versions and symbols, hash style %s',
    async (style) => {
      const versions = 'ONE { global: f; local: *; }; TWO { global: g; } ONE;';
      writeFileSync(join(folder, 'v.map'), versions);
      writeFileSync(
        join(folder, 'v.c'),
        '#include <stdlib.h>\n#include <iconv.h>\nint f(void) { return system("x"); } int g(void) { return iconv_open("a", "b") != 0; }',
      );
      const args = [
        '-shared',
        '-fPIC',
        '-Wl,--version-script=v.map',
        `-Wl,--hash-style=${style}`,
        '-o',
        'v.so',
      ];
      execFileSync('gcc', ['v.c', ...args], { cwd: folder });
      expect(await read(readFileSync(join(folder, 'v.so')))).toMatchObject({
        versionsNeeded: [{ file: 'libc.so.6', versions: [expect.stringMatching(/^GLIBC_2\./)] }],
        versionsDefined: ['ONE', 'TWO'],
        imports: ['iconv_open', 'system'],
      });
      writeFileSync(join(folder, 'p.c'), '#include <stdlib.h>\nint main(void) { return system("x"); }');
      execFileSync('gcc', ['p.c', `-Wl,--hash-style=${style}`, '-o', 'p'], { cwd: folder });
      expect((await read(readFileSync(join(folder, 'p'))))?.imports).toEqual(['system']);
    },
  );
});
