import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  describeIndex,
  readAdbIndex,
  type AdbIndex,
} from '../../../../../../src/stages/builder/package-managers/apk/adb-index.ts';
import { parseApkIndex } from '../../../../../../src/stages/builder/package-managers/apk/parse-index.ts';
import { makeApkKey } from '../../../../../support/apk-repository.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';

/** What the real apk 3 wrote: `apk mkndx --sign-key`. */
const recorded = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'recorded/adb', name));
const keyOf = (name: string): readonly [string, string] => [name, recorded(name).toString('utf8')];
const rsa = new Map([keyOf('rsa.rsa.pub')]);
const ec = new Map([keyOf('ec.pub')]);
const both = new Map([...rsa, ...ec]);

const dir = useTempDir();
const read = async (bytes: Uint8Array, keys = both): Promise<AdbIndex> => {
  const hostFile = join(dir, 'index');
  writeFileSync(hostFile, bytes);
  await using file = await open(hostFile);
  return await readAdbIndex(file, keys, 'it');
};
const refused = (bytes: Uint8Array, keys = both): Promise<string> =>
  read(bytes, keys).then(
    ({ text }) => `read ${text}`,
    (error: unknown) => `${(error as { code: string }).code} ${(error as Error).message}`,
  );

describe('an index of version 3', () => {
  it.each([
    ['rsa.adb', rsa],
    ['ec.adb', ec],
    ['deflate9.adb', rsa],
    ['both.adb', rsa],
    ['both.adb', ec],
    ['both.adb', both],
  ])('is read when a trusted key signed it (%s)', async (name, keys) => {
    const { text, layout } = await read(recorded(name), keys);
    const [docs, greet] = parseApkIndex(text);
    expect(layout).toBeUndefined();
    expect(docs).toMatchObject({ name: 'docs', version: '1-r0', architecture: 'noarch', sizeBytes: 394 });
    expect(greet).toEqual({
      ...{ name: 'greet', version: '2.1-r3', architecture: 'x86_64', sizeBytes: 592 },
      ...{ builtAt: 1_700_000_000, priority: 5, provides: ['cmd:greet'] },
      checksum: expect.stringMatching(/^Q2[\w+/]{43}=$/) as string,
    });
  });

  it('says where packages are, and may have the start of a SHA-256', async () => {
    const { text, layout } = await read(recorded('spec.adb'));
    expect(layout).toBe('pool/${hash:4}/${name}_${version}.apk');
    expect(parseApkIndex(text)[1]?.checksum).toBe('Q1esKlib3jIuTA8aBQJuywEqEXeB8=');
  });

  it('is refused without a signature, by another key, or packed with what cannot be read', async () => {
    expect(await refused(recorded('unsigned.adb'))).toBe(
      'SIGNATURE_INVALID cannot trust it: it is not signed',
    );
    expect(await refused(recorded('rsa.adb'), ec)).toMatch(
      /it: "[0-9a-f]{32}" signed it, which is no trusted/,
    );
    const other = makeApkKey('rsa');
    const keys = new Map([
      [other.name, other.publicKey],
      ['none', 'nonsense'],
    ]);
    expect(await refused(recorded('rsa.adb'), keys)).toContain('which is no trusted key');
    expect(await refused(recorded('zstd.adb'))).toContain('make it with --compression deflate');
    expect(await refused(recorded('greet-2.1-r3.apk'))).toContain('no file of apk with "indx"');
  });

  it('is refused wherever it differs from what was signed', async () => {
    const bytes = recorded('both.adb');
    const { text } = await read(bytes);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      // What fills up a block, and an id that then nobody knows, say nothing.
      const result = await refused(changed);
      if (result !== `read ${text}`) expect(result).toMatch(/^SIGNATURE_INVALID/);
    }
    for (let length = 0; length < bytes.length; length += 31)
      expect(await refused(bytes.subarray(0, length))).toMatch(/^SIGNATURE_INVALID/);
  });

  it('is refused with signatures without end', async () => {
    const block = Buffer.alloc(32);
    block.writeUInt32LE((1 << 30) + 32);
    const many = Buffer.concat([recorded('both.adb'), ...Array.from({ length: 1000 }, () => block)]);
    expect(await refused(many)).toContain('too many signatures');
    const large = Buffer.alloc(8);
    large.writeUInt32LE(0x7fffffff);
    const endless = Buffer.concat([recorded('both.adb'), large, Buffer.alloc(1 << 20)]);
    const packed = Buffer.concat([Buffer.from('ADBd'), deflateRawSync(endless)]);
    expect(await refused(packed)).toContain('too large ones');
  });
});

describe('the database of an index', () => {
  const database = async (): Promise<Buffer> => (await read(recorded('both.adb'))).database;

  it('is never read outside of it, however damaged', async () => {
    const good = await database();
    const changes = fc.array(fc.tuple(fc.nat(good.length - 4), fc.nat(0xffffffff)), { maxLength: 4 });
    fc.assert(
      fc.property(changes, fc.nat(good.length), (edits, length) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of edits) bytes.writeUInt32LE(value, at);
        for (const each of [bytes, bytes.subarray(0, length)])
          expect(messageOf(each)).toMatch(/^(?:read$|it )/);
      }),
      { numRuns: 2000 },
    );
  });

  const messageOf = (bytes: Buffer): string => {
    try {
      describeIndex(bytes);
      return 'read';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('is not read when few bytes stand for too much', () => {
    const count = 20_000;
    const words = new Uint32Array(2 + 3 + 17 + count);
    const object = 14 * 2 ** 28;
    words.set([0, object + 8, 3, 0, object + 22 * 4], 0);
    // A package, whose list of what it provides is that of all packages.
    words.set([17], 5);
    words.set([object + 22 * 4], 5 + 16);
    words.fill(object + 20, 22).set([count], 22);
    expect(messageOf(Buffer.from(words.buffer))).toBe('it is damaged: it has too many values (maxValues)');
  });
});
