import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElf } from '../../../../src/stages/needs/read-elf.ts';
import { requires } from '../../../support/requires.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { makeElf } from '../../../support/make-elf.ts';

const read = (bytes: Buffer) =>
  readElf((offset, length) =>
    Promise.resolve(bytes.subarray(Math.min(offset, bytes.length), offset + length)),
  );

const spec = {
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

describe('readElf', () => {
  test.each([
    [64, true, 62],
    [64, false, 22],
    [32, true, 3],
    [32, false, 8],
  ] as const)('reads %i-bit files, little-endian %j', async (elfClass, littleEndian, machine) => {
    const elf = makeElf({ ...spec, class: elfClass, littleEndian, machine });
    expect(await read(elf)).toEqual({ ...facts, class: elfClass, littleEndian, machine });
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

  test('neither throws nor reads much of damaged files', async () => {
    const elf = makeElf(spec);
    const damage = fc.record({
      length: fc.integer({ min: 0, max: elf.length }),
      flips: fc.array(fc.record({ at: fc.nat(elf.length - 1), value: fc.nat(255) }), { maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, flips }) => {
        const bytes = Buffer.from(elf);
        for (const { at, value } of flips) bytes[at] = value;
        let total = 0;
        await readElf((offset, wanted) => {
          total += wanted;
          const end = Math.min(length, offset + wanted);
          return Promise.resolve(bytes.subarray(Math.min(offset, end), end));
        });
        expect(total).toBeLessThan(1 << 20);
      }),
      { numRuns: 2000 },
    );
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
});
