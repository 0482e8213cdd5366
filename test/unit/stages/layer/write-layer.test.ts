import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toRootfs, type Rootfs } from '../../../../src/model/tree-entry.ts';
import { openLayout, type Layout } from '../../../../src/oci/layout.ts';
import { writeLayer } from '../../../../src/stages/layer/index.ts';
import { makeTree } from '../../../support/make-tree.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const root = useTempDir();
const epoch = 1_700_000_000;

async function newStore(): Promise<{ layout: Layout; tmpDir: string }> {
  const base = mkdtempSync(join(root, 'store-'));
  const tmpDir = join(base, 'tmp');
  mkdirSync(tmpDir);
  return { layout: await openLayout({ dir: base, tmpDir, withLock: (work) => work() }), tmpDir };
}

async function write(entries: Rootfs, whiteouts: readonly string[] = []) {
  const store = await newStore();
  const layer = await writeLayer({ entries, whiteouts, epoch, ...store });
  const blob = readFileSync(store.layout.blobFile(layer.digest));
  return { ...store, layer, blob, tar: gunzipSync(blob) };
}

const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const listed = (tar: Buffer) =>
  execFileSync('tar', ['-tvf', '-', '--numeric-owner', '--full-time'], {
    input: tar,
    env: { PATH: process.env['PATH'], TZ: 'UTC' },
  })
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));

const tree = makeTree({
  'usr/': { mtime: 5 },
  'usr/b': { text: 'one', inode: 1 },
  'usr/c': { text: 'one', inode: 1 },
  'usr/a': { text: 'one', inode: 1, mtime: 2_000_000_000 },
  'usr/link': { target: 'a' },
  'usr/suid': { text: 'x', mode: 0o4755, uid: 5, gid: 6 },
});

describe('writeLayer', () => {
  it('writes a sorted tar in normal form, with hard links to the first name', async () => {
    const { tar } = await write(tree, ['usr/gone', 'top']);
    expect(listed(tar)).toEqual([
      '-rw-r--r-- 0/0 0 1970-01-01 00:00:00 .wh.top',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13:20 usr/',
      '-rw-r--r-- 0/0 0 1970-01-01 00:00:00 usr/.wh.gone',
      '-rw-r--r-- 0/0 3 2023-11-14 22:13:20 usr/a',
      'hrw-r--r-- 0/0 0 2023-11-14 22:13:20 usr/b link to usr/a',
      'hrw-r--r-- 0/0 0 2023-11-14 22:13:20 usr/c link to usr/a',
      'lrwxrwxrwx 0/0 0 1970-01-01 00:01:40 usr/link -> a',
      '-rwsr-xr-x 5/6 1 1970-01-01 00:01:40 usr/suid',
    ]);
  });

  it('has all that is in a folder follow it, so that GNU tar restores its date', async () => {
    const { tar } = await write(makeTree({ 'lib/': {}, 'lib/x': {}, 'lib-extra/': {}, 'lib-extra/y': {} }));
    const folder = mkdtempSync(join(root, 'unpacked-'));
    execFileSync('tar', ['--extract', '--directory', folder], { input: tar });
    for (const name of ['lib', 'lib-extra']) expect(statSync(join(folder, name)).mtimeMs).toBe(epoch * 1000);
  });

  it('tells the digests and sizes of what it stored, and leaves nothing else', async () => {
    const { layer, blob, tar, layout, tmpDir } = await write(tree);
    expect(layer).toEqual({
      digest: sha256(blob),
      diffId: sha256(tar),
      sizeBytes: blob.length,
      uncompressedBytes: tar.length,
      files: 5,
    });
    expect(readdirSync(tmpDir)).toEqual([]);
    expect(readdirSync(join(layout.dir, 'blobs/sha256'))).toEqual([layer.digest.slice('sha256:'.length)]);
  });

  it('gives the same bytes for the same tree in any order', async () => {
    const one = await write(tree);
    const other = await write(new Map([...tree].reverse()));
    expect(other.layer).toEqual(one.layer);
  });

  it('has a diffID that is pinned, so that no release changes it unnoticed', async () => {
    const { layer } = await write(tree, ['usr/gone']);
    expect(layer.diffId).toBe('sha256:9b50123db21db2a1c937c276a31ab5f074b098048a0b574b1d589f9d2570bc3b');
  });

  it('writes a file of its own for a name whose inode was changed under another name', async () => {
    const entries = toRootfs([
      ...makeTree({ a: { text: '1', inode: 1 }, b: { text: '2', inode: 1 } }).values(),
    ]);
    expect(listed((await write(entries)).tar).map((line) => line.charAt(0))).toEqual(['-', '-']);
  });

  it('writes an empty layer', async () => {
    const { tar, layer } = await write(new Map());
    expect(tar.equals(Buffer.alloc(1024))).toBe(true);
    expect(layer.files).toBe(0);
  });

  it('refuses a file whose name would mean a removal', async () => {
    await expect(write(makeTree({ 'x/.wh.y': {} }))).rejects.toMatchObject({ code: 'LAYER_UNREPRESENTABLE' });
  });

  it('leaves nothing in the store when a content cannot be read', async () => {
    const store = await newStore();
    const content = { kind: 'slice', hostFile: '/dev/null', offset: 0, size: 9 } as const;
    const entries = makeTree({ x: { size: 9, content } });
    await expect(writeLayer({ entries, whiteouts: [], epoch, ...store })).rejects.toMatchObject({
      code: 'ROOTFS_INVALID',
    });
    expect(readdirSync(store.tmpDir)).toEqual([]);
    expect(readdirSync(join(store.layout.dir, 'blobs/sha256'))).toEqual([]);
  });

  it('stops soon after an abort and leaves nothing', async () => {
    const { layout, tmpDir } = await newStore();
    const abort = new AbortController();
    const entries = makeTree({ large: { text: 'x'.repeat(16 << 20) } });
    const written = writeLayer({ entries, whiteouts: [], epoch, layout, tmpDir, signal: abort.signal });
    setImmediate(() => abort.abort());
    await expect(written).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(tmpDir)).toEqual([]);
    expect(readdirSync(join(layout.dir, 'blobs/sha256'))).toEqual([]);
  });
});
