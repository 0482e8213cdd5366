import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ElfFacts } from '../../../../src/model/file-facts.ts';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { readElf } from '../../../../src/stages/needs/read-elf.ts';
import { prove } from '../../../../src/stages/prove/index.ts';
import { makeElf, type ElfSpec } from '../../../support/make-elf.ts';
import { makeRootfs, program } from '../../../support/make-rootfs.ts';
import { mutate, randomNumbers } from '../../../support/mutate.ts';

const spec: ElfSpec = {
  interpreter: '/lib/ld.so.1',
  needed: ['libb.so.2', '$ORIGIN/liba.so.1'],
  soname: 'libself.so.3',
  rpath: '$ORIGIN/$LIB/$PLATFORM:/opt',
  runpath: '${ORIGIN}/../lib:/opt/b',
  versionsNeeded: [
    { file: 'libb.so.2', versions: ['B_1', 'B_2'], weak: ['B_3'] },
    { file: 'libc.so.6', versions: ['GLIBC_2.34'] },
  ],
  versionsDefined: ['ONE', 'TWO'],
  imports: ['system', 'iconv_open', 'other'],
  dlopen: ['[{"soname":["liba.so.1"],"priority":"required"}]', '{"soname":"libb.so.1"}'],
};
const made = [
  makeElf({ ...spec, machine: 62 }),
  makeElf({ ...spec, machine: 22, littleEndian: false }),
  makeElf({ ...spec, machine: 40, class: 32, flags: 0x5000400 }),
  makeElf({ ...spec, machine: 8, class: 32, littleEndian: false }),
];
/** Small ones that linkers made, where this machine has them. */
const real = ['/bin/true', '/bin/sh', '/usr/bin/env', '/usr/bin/id'].filter((path) => existsSync(path));
const files = [...made, ...real.map((path) => readFileSync(path))];

/** What reading any file may cost at most; the file itself may be larger. */
const most = { reads: 64, bytes: 1 << 25, facts: 1 << 23 } as const;

/** Reads a file as a spool would, and fails for reads that are nowhere, or too many. */
async function readSafely(bytes: Buffer): Promise<ElfFacts | undefined> {
  let [reads, total] = [0, 0];
  const facts = await readElf((offset, length) => {
    const isSane = Number.isSafeInteger(offset) && offset >= 0 && length > 0 && length <= most.bytes;
    if (!isSane) throw new Error(`read of ${length} at ${offset}`);
    const part = bytes.subarray(Math.min(offset, bytes.length), offset + length);
    [reads, total] = [reads + 1, total + part.length];
    return Promise.resolve(part);
  });
  if (reads > most.reads || total > most.bytes) throw new Error(`${reads} reads of ${total} bytes`);
  return facts;
}

/** Reads so many damaged files; some of them are also proved. */
async function readDamaged(seed: number, count: number): Promise<number> {
  const random = randomNumbers(seed);
  let understood = 0;
  for (let index = 0; index < count; index += 1) {
    const bytes = files[index % files.length] ?? Buffer.alloc(0);
    const undo = mutate(bytes, random);
    const cut = random(4) === 0 ? random(bytes.length) : bytes.length;
    const facts = await readSafely(bytes.subarray(0, cut));
    undo();
    if (!facts) continue;
    understood += 1;
    if (index % 500 === 0) proveWith(facts);
  }
  return understood;
}

function proveWith(elf: ElfFacts): void {
  if (JSON.stringify(elf).length > most.facts) throw new Error('facts are larger than they may be');
  const tree = makeRootfs({ 'usr/bin/x': program('x'), 'usr/lib/libb.so.2': 'y' });
  const facts = new Map([
    ['usr/bin/x', { elf }],
    ['usr/lib/libb.so.2', { elf }],
  ]);
  for (const { message } of prove({ tree, facts, config: { Cmd: ['x'] } }))
    expect(message).not.toContain('\0');
}

describe('hostile ELF files', () => {
  test('100,000 damaged ones are read with a bounded number of reads inside the file', async () => {
    const understood = await readDamaged(20_260_101, 100_000);
    expect(understood).toBeGreaterThan(10_000);
  }, 120_000);

  test('nor do other ones do harm', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        await readDamaged(seed, 200);
      }),
      { numRuns: 20 },
    );
  });

  test('files without any of it, of no length, and of noise are nothing', async () => {
    const random = randomNumbers(7);
    for (let count = 0; count < 1000; count += 1) {
      const noise = Buffer.from(Array.from({ length: random(300) }, () => random(256)));
      expect(await readSafely(noise)).toBeUndefined();
    }
  });
});

/** A file whose tables are as large as they may be, and end nowhere. */
function endless(fill: (table: Buffer) => void, tags: readonly (readonly [number, number])[]): Buffer {
  const [dynamicAt, tableAt, size] = [0x1000, 0x10000, 1 << 25];
  const bytes = Buffer.alloc(tableAt + size);
  makeElf({ needed: [] }).copy(bytes, 0, 0, 64 + 56 * 2);
  const segment = (at: number, offset: number, length: number): void => {
    for (const [field, value] of [
      [8, offset],
      [16, offset],
      [32, length],
    ] as const)
      bytes.writeBigUInt64LE(BigInt(value), at + field);
  };
  segment(64, 0, bytes.length);
  segment(64 + 56, dynamicAt, 16 * (tags.length + 1));
  tags.forEach(([tag, value], index) => {
    bytes.writeBigUInt64LE(BigInt(tag), dynamicAt + 16 * index);
    bytes.writeBigUInt64LE(BigInt(value), dynamicAt + 16 * index + 8);
  });
  fill(bytes.subarray(tableAt));
  return bytes;
}

describe('tables without an end', () => {
  const at = 0x10000;
  test.each<readonly [string, (table: Buffer) => void, readonly (readonly [number, number])[]]>([
    [
      'of symbols whose names never end',
      (table) => table.fill(1),
      [
        [5, at],
        [6, at],
      ],
    ],
    [
      'of symbols that are all undefined',
      (table) => fillWords(table, [0, 0]),
      [
        [5, at + (1 << 20)],
        [6, at],
      ],
    ],
    [
      'of versions that lead to themselves',
      (table) => fillWords(table, [1, 0, 0, 16, 16]),
      [
        [5, at],
        [0x6ffffffe, at],
        [0x6ffffffc, at],
      ],
    ],
    [
      'of versions that lead beyond the file',
      (table) => table.fill(0xff),
      [
        [5, at],
        [0x6ffffffe, at],
        [0x6ffffffc, at],
      ],
    ],
    ['of libraries', (table) => table.fill(0x41), Array.from({ length: 4000 }, () => [1, 7] as const)],
  ])('%s', async (_what, fill, tags) => {
    const facts = await readSafely(endless(fill, tags));
    expect(JSON.stringify(facts ?? {}).length).toBeLessThan(most.facts);
  });
});

const fillWords = (table: Buffer, words: readonly number[]): void => {
  for (let at = 0; at + 4 <= table.length; at += 4)
    table.writeUInt32LE(words[(at / 4) % words.length] ?? 0, at);
};

test('hostile scripts and configuration are read up to a limit', async () => {
  const random = randomNumbers(11);
  const words = [
    '#!',
    '/usr/bin/env',
    ' -S',
    '\\',
    '"',
    "'",
    '$',
    '{',
    ' ',
    '\0',
    '\n',
    'include',
    '*',
    '**',
    '/etc/',
    ':',
    '=',
    '[',
    ']',
    '\r',
    'é',
    '/',
  ];
  const text = (): string => Array.from({ length: random(60) }, () => words[random(words.length)]).join('');
  for (let count = 0; count < 500; count += 1) {
    const tree = makeRootfs({
      'usr/bin/x': program(`#!${text()}`),
      'usr/bin/y': program(makeElf(spec)),
      'etc/ld.so.conf': text(),
      'etc/ld.so.conf.d/a.conf': text(),
      'etc/nsswitch.conf': text(),
      'etc/passwd': text(),
      'etc/ld-musl-x.path': text(),
    });
    const facts = await collectFacts(tree);
    prove({ tree, facts, config: { Cmd: ['x'], User: 'a:b', Env: [`LD_LIBRARY_PATH=${text()}`] } });
  }
});
