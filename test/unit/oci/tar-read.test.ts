import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KublerError } from '../../../src/errors.ts';
import type { TarHeader } from '../../../src/oci/tar-member.ts';
import { encodePax } from '../../../src/oci/tar-pax.ts';
import { defaultTarLimits, readTarFile, readTarStream } from '../../../src/oci/tar-read.ts';
import { chunks, member, readAll, tarOf, writeTarFile } from '../../support/tar.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const dir = useTempDir();

const read = (bytes: Buffer, limits = defaultTarLimits) => readAll(readTarStream(chunks(bytes), limits));
const fault = async (bytes: Buffer, limits = defaultTarLimits): Promise<string> => {
  const error = await read(bytes, limits).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof KublerError ? `${error.code} ${error.message}` : String(error);
};

/** A header block with a correct checksum. */
function block(fields: {
  name?: string;
  type?: string;
  size?: number;
  magic?: string;
  raw?: [number, Buffer][];
}) {
  const bytes = Buffer.alloc(512);
  bytes.write(fields.name ?? 'x', 0);
  bytes.write('0000644\0', 100);
  bytes.write(`${(fields.size ?? 0).toString(8).padStart(11, '0')} `, 124);
  bytes.write('        ', 148);
  bytes.write(fields.type ?? '0', 156);
  bytes.write(fields.magic ?? 'ustar\u000000', 257, 'latin1');
  for (const [offset, value] of fields.raw ?? []) value.copy(bytes, offset);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}
const end = Buffer.alloc(1024);
const padded = (body: Buffer) => Buffer.concat([body, Buffer.alloc(-body.length & 511)]);
const extension = (type: string, body: Buffer) =>
  Buffer.concat([block({ name: 'header', type, size: body.length }), padded(body)]);
const pax = (records: Record<string, string | Buffer>) =>
  extension('x', encodePax(Object.entries(records).map(([key, value]) => [key, Buffer.from(value)])));

const names = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => part.replace(/[/\0]/g, '_')).join('/'))
  .filter((name) => Buffer.byteLength(name) <= 4000);
const headers: fc.Arbitrary<TarHeader & { text: string }> = fc
  .record({
    path: names,
    type: fc.constantFrom('file', 'directory', 'symlink', 'hardlink', 'fifo'),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    gid: fc.oneof(fc.integer({ min: 262_100, max: 262_200 }), fc.integer({ min: 0, max: 2 ** 32 - 2 })),
    mtime: fc.integer({ min: -(2 ** 33), max: 2 ** 36 }),
    text: fc.string({ maxLength: 3000 }),
    target: names,
    xattrs: fc
      .array(fc.tuple(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }), fc.uint8Array()))
      .map((all) => new Map(all.map(([name, value]) => [`user.${name}`, value]))),
  })
  .map(({ target, text, ...rest }) => {
    const isLink = rest.type === 'symlink' || rest.type === 'hardlink';
    const content = rest.type === 'file' ? text : '';
    return { ...rest, text: content, size: Buffer.byteLength(content), linkTarget: isLink ? target : '' };
  });

/** A header that can be compared. */
const plain = ({ path, type, mode, uid, gid, mtime, size, linkTarget, xattrs }: TarHeader<string>) => ({
  ...{ path, type, mode, uid, gid, mtime, size, linkTarget },
  xattrs: [...xattrs].map(([name, value]) => `${name} ${Buffer.from(value).toString('hex')}`).sort(),
});

describe('readTarStream', () => {
  it('reads back exactly what writeTar wrote, however the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(headers, { maxLength: 6 }),
        fc.integer({ min: 1, max: 5000 }),
        async (all, cut) => {
          const bytes = await tarOf(...all.map(member));
          const parts = Array.from({ length: Math.ceil(bytes.length / cut) }, (_, index) =>
            bytes.subarray(index * cut, (index + 1) * cut),
          );
          const found = await readAll(readTarStream(chunks(...parts)));
          expect(found.map(plain)).toEqual(all.map(plain));
          expect(found.map(({ bytes: content }) => content.toString())).toEqual(all.map(({ text }) => text));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('never crashes on damaged bytes: it reads them or refuses them by name', async () => {
    const sound = await tarOf(
      member({
        path: 'a'.repeat(150),
        text: 'content',
        uid: 1e9,
        xattrs: new Map([['user.x', Buffer.from('y')]]),
      }),
      member({ path: 'b', type: 'symlink', linkTarget: 'a' }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: sound.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.nat({ max: sound.length }),
        async (damage, length) => {
          const bytes = Buffer.from(sound);
          for (const [offset, value] of damage) bytes[offset] = value;
          await read(bytes.subarray(0, length)).catch((error: unknown) =>
            expect(error).toBeInstanceOf(KublerError),
          );
        },
      ),
    );
  });

  it('reads GNU long names, links and base-256 numbers', async () => {
    const long = 'n'.repeat(300);
    const raw: [number, Buffer][] = [
      [108, Buffer.from('80000000800000ff', 'hex')],
      [136, Buffer.from('ffffffffffffffffffffff9c', 'hex')],
    ];
    const [found] = await read(
      Buffer.concat([
        extension('L', Buffer.from(`${long}\0`)),
        extension('K', Buffer.from(`${long}-target\0`)),
        block({ type: '2', magic: 'ustar  \0', raw }),
        end,
      ]),
    );
    expect(found).toMatchObject({ path: long, linkTarget: `${long}-target`, uid: 0x800000ff, mtime: -100 });
  });

  it('joins the ustar prefix to the name, but not what GNU tar keeps in its place', async () => {
    const prefix: [number, Buffer][] = [[345, Buffer.from('usr/share')]];
    const found = await read(
      Buffer.concat([
        block({ name: 'doc', raw: prefix }),
        block({ name: 'doc', magic: 'ustar  \0', raw: prefix }),
        block({ name: 'old/', magic: '' }),
        end,
      ]),
    );
    expect(found.map(({ path, type }) => [path, type])).toEqual([
      ['usr/share/doc', 'file'],
      ['doc', 'file'],
      ['old', 'directory'],
    ]);
  });

  it('takes pax records before header fields, and those of one member before global ones', async () => {
    const found = await read(
      Buffer.concat([
        extension(
          'g',
          encodePax([
            ['uid', Buffer.from('7')],
            ['comment', Buffer.from('c')],
          ]),
        ),
        pax({ uid: '8', gid: '9', mtime: '1234.9', size: '3' }),
        block({}),
        padded(Buffer.from('abc')),
        pax({ mtime: '-1.5' }),
        block({ name: 'second' }),
        end,
      ]),
    );
    expect(found).toMatchObject([
      { uid: 8, gid: 9, mtime: 1234, size: 3, bytes: Buffer.from('abc') },
      { path: 'second', uid: 7, gid: 0, mtime: -2 },
    ]);
  });

  it('keeps attribute values byte for byte', async () => {
    const value = Buffer.from([0, 10, 0x80, 0xff, 0x3d]);
    const [found] = await read(
      Buffer.concat([pax({ 'SCHILY.xattr.security.capability': value }), block({}), end]),
    );
    expect(Buffer.from(found!.xattrs.get('security.capability')!)).toEqual(value);
  });

  it.each<[string, Buffer, string]>([
    [
      'GNU sparse files',
      block({ type: 'S' }),
      'ROOTFS_INVALID cannot read tar archive: "x" is stored as a sparse',
    ],
    [
      'pax sparse files',
      Buffer.concat([pax({ 'GNU.sparse.major': '1' }), block({})]),
      'is stored as a sparse',
    ],
    ['unknown types', block({ type: 'Z' }), 'has the unknown type "Z"'],
    [
      'names that are not UTF-8',
      block({ raw: [[0, Buffer.from('b\xe4r', 'latin1')]] }),
      'LAYER_UNREPRESENTABLE cannot put file "bär"',
    ],
    ['pax names with a NUL', Buffer.concat([pax({ path: 'a\0b' }), block({})]), 'NUL'],
    ['a nameless member', block({ raw: [[0, Buffer.alloc(1)]] }), 'without a name'],
    ['a link without a target', block({ type: '1' }), 'points nowhere'],
    [
      'a directory with content',
      Buffer.concat([block({ type: '5', size: 3 }), padded(Buffer.from('abc'))]),
      'is a directory and has content',
    ],
    ['a negative size', block({ raw: [[124, Buffer.alloc(12, 0xff)]] }), 'negative'],
    [
      'a huge number',
      block({ raw: [[124, Buffer.from('80ffffffffffffffffffffff', 'hex')]] }),
      'out of range',
    ],
    ['digits that are not octal', block({ raw: [[100, Buffer.from('00009')]] }), 'no octal number'],
    [
      'a damaged pax header',
      Buffer.concat([extension('x', Buffer.from('99 path=x\n')), block({})]),
      'damaged pax header',
    ],
    ['a wrong checksum', Buffer.alloc(512, 'x'), 'wrong checksum'],
    ['a missing end', block({}), 'truncated'],
    ['missing content', block({ size: 5 }), 'truncated'],
    ['half a header', block({}).subarray(0, 100), 'truncated'],
    ['a pax header cut off', extension('x', Buffer.alloc(600)).subarray(0, 700), 'truncated'],
  ])('refuses %s', async (_, bytes, message) => {
    const isCut = message === 'truncated';
    expect(await fault(isCut ? bytes : Buffer.concat([bytes, end]))).toContain(message);
  });

  it('names the limit that an archive passes', async () => {
    const two = Buffer.concat([block({}), block({}), end]);
    expect(await fault(two, { ...defaultTarLimits, maxMembers: 1 })).toContain(
      'more than 1 members (maxMembers)',
    );
    const long = await tarOf(member({ path: 'x'.repeat(4097) }));
    expect(await fault(long)).toContain('more than 4096 bytes (maxPathBytes)');
    const fat = block({ type: 'x', size: (1 << 20) + 1 });
    expect(await fault(fat)).toContain('more than 1048576 bytes (maxHeaderBytes)');
  });

  it('reads the stream to its end, so that the program writing it is not cut off', async () => {
    let isRead = false;
    const source = async function* () {
      yield await Promise.resolve(Buffer.concat([block({}), end]));
      yield Buffer.alloc(8192);
      isRead = true;
    };
    await readAll(readTarStream(source()));
    expect(isRead).toBe(true);
  });
});

describe('readTarFile', () => {
  it('says where contents are, and skips those nobody asks for', async () => {
    const file = join(dir, 'offsets.tar');
    const big = 'z'.repeat(3 << 20);
    await writeTarFile(file, member({ path: 'big', text: big }), member({ path: 'é', text: 'here' }));
    const found: [string, number, number][] = [];
    for await (const { path, offset, size } of readTarFile(file)) found.push([path, offset, size]);
    const stored = readFileSync(file);
    expect(
      found.map(([path, offset, size]) => [path, stored.toString('utf8', offset, offset + 4), size]),
    ).toEqual([
      ['big', 'zzzz', big.length],
      ['é', 'here', 4],
    ]);
  });

  it('notices that skipped content is missing', async () => {
    const file = join(dir, 'short.tar');
    await writeTarFile(file, member({ path: 'big', text: 'z'.repeat(3 << 20) }));
    writeFileSync(file, readFileSync(file).subarray(0, 2 << 20));
    await expect(
      (async () => {
        for await (const each of readTarFile(file)) expect(each.path).toBe('big');
      })(),
    ).rejects.toThrow('truncated');
  });

  it.each(['pax', 'gnu', 'ustar', 'oldgnu', 'v7'])('reads what GNU tar wrote as %s', async (format) => {
    const root = join(dir, `root-${format}`);
    const isOld = format === 'v7' || format === 'ustar';
    const name = isOld ? 'file' : `${'long'.repeat(40)}-ünï`;
    mkdirSync(join(root, 'empty'), { recursive: true });
    writeFileSync(join(root, name), 'x'.repeat(1000));
    linkSync(join(root, name), join(root, 'zz-link'));
    symlinkSync(name, join(root, 'a-symlink'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    writeFileSync(join(root, 'exec'), '');
    chmodSync(join(root, 'exec'), 0o4711);
    utimesSync(join(root, 'exec'), 1, isOld ? 5 : 4_294_967_300);
    const file = join(dir, `${format}.tar`);
    const owner = isOld ? ['--owner=:77', '--group=:78'] : ['--owner=:1000650000', '--group=:78'];
    const things = format === 'v7' ? ['a-symlink', 'exec', name, 'zz-link', 'empty'] : ['.'];
    execFileSync('tar', [`--format=${format}`, '--sort=name', ...owner, '-cf', file, '-C', root, ...things]);
    const found = (await readAll(readTarFile(file))).map(({ path, ...rest }) => ({
      ...rest,
      path: path.replace(/^\.\//, ''),
    }));
    const byPath = new Map(found.map((each) => [each.path, each]));
    expect(byPath.get(name)).toMatchObject({
      type: 'file',
      size: 1000,
      uid: isOld ? 77 : 1_000_650_000,
      gid: 78,
    });
    expect(byPath.get(name)?.bytes.toString()).toBe('x'.repeat(1000));
    expect(byPath.get('zz-link')).toMatchObject({
      type: 'hardlink',
      linkTarget: format === 'v7' ? name : `./${name}`,
    });
    expect(byPath.get('a-symlink')).toMatchObject({ type: 'symlink', linkTarget: name });
    expect(byPath.get('empty')).toMatchObject({ type: 'directory' });
    expect(byPath.get('exec')).toMatchObject({ mode: 0o4711, mtime: isOld ? 5 : 4_294_967_300 });
    if (format !== 'v7') expect(byPath.get('pipe')).toMatchObject({ type: 'fifo' });
  });
});
