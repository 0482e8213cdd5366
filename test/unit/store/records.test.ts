import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ImageRecord } from '../../../src/model/image-record.ts';
import { toRootfs, type TreeEntry } from '../../../src/model/tree-entry.ts';
import { openRecords } from '../../../src/store/index.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const meta = { mode: 0o755, uid: 0, gid: 0, mtime: 7 } as const;
const noXattrs = new Map<string, Uint8Array>();

const entries: readonly TreeEntry[] = [
  { ...meta, xattrs: noXattrs, type: 'directory', path: 'bin' },
  {
    ...meta,
    type: 'file',
    path: 'bin/ping',
    size: 3,
    sha256: 'a'.repeat(64),
    content: { kind: 'bytes', bytes: Buffer.from('abc') },
    inode: 4,
    xattrs: new Map([['security.capability', Uint8Array.from([1, 0, 0, 2, 0x80, 0xff])]]),
    origin: { kind: 'package', name: 'iputils-ping' },
  },
  { ...meta, xattrs: noXattrs, type: 'symlink', path: 'sbin', target: 'bin' },
];

// Only what the store itself looks at.
const record = (id: ImageRecord['id'], digit = 'a'): ImageRecord =>
  ({ id, key: 'k', manifest: { digest: `sha256:${digit.repeat(64)}` } }) as unknown as ImageRecord;
const open = (dir: string, tmpDir = dir) => openRecords({ dir, tmpDir, withLock: (work) => work() });

describe('records', () => {
  const temp = useTempDir();

  it('give back a tree as it was, contents aside', async () => {
    const records = open(temp);
    const facts = new Map([['bin/ping', { shebang: '/bin/sh' }]]);
    await records.write(record('a/b'), { rootfs: toRootfs(entries), facts });
    const tree = await records.readTree(record('a/b'));
    const expected = entries.map((entry) =>
      entry.type === 'file' ? { ...entry, content: { kind: 'parent' } } : entry,
    );
    expect([...(tree?.rootfs.values() ?? [])].map(plain)).toEqual(expected.map(plain));
    expect(tree?.facts).toEqual(facts);
    expect(await records.read('a/b')).toEqual(record('a/b'));
  });

  it('list what is there, sorted, and forget what is removed', async () => {
    const records = open(`${temp}/listed`, temp);
    for (const id of ['b/x', 'a/y', 'a/x'] as const) {
      await records.write(record(id), { rootfs: new Map(), facts: new Map() });
    }
    await records.remove('a/y');
    expect(await records.list()).toEqual(['a/x', 'b/x']);
    expect(await records.read('a/y')).toBeUndefined();
    expect(await records.readTree(record('a/y'))).toBeUndefined();
  });

  it('have the tree of their own manifest, whatever became of the others', async () => {
    const dir = `${temp}/replaced`;
    const records = open(dir, temp);
    const [old, fresh] = [record('a/b', '1'), record('a/b', '2')];
    await records.write(old, { rootfs: toRootfs(entries), facts: new Map() });
    await records.write(fresh, { rootfs: new Map(), facts: new Map() });
    expect((await records.readTree(fresh))?.rootfs.size).toBe(0);
    expect(await records.hasTree(fresh)).toBe(true);
    expect(await records.hasTree(old)).toBe(false);
    expect(await records.readTree(old)).toBeUndefined();
    expect(readdirSync(`${dir}/a/b`).sort()).toEqual(['image.json', `tree-${'2'.repeat(16)}.json`]);
  });

  it('of another format, as before there were versions, are as good as none', async () => {
    const records = open(`${temp}/old`, temp);
    await records.write(record('a/b'), { rootfs: new Map(), facts: new Map() });
    const file = `${temp}/old/a/b/image.json`;
    const written = readFileSync(file, 'utf8');
    for (const line of ['', '"formatVersion": 0,', '"formatVersion": 999,']) {
      writeFileSync(file, written.replace(/"formatVersion": \d+,/, line));
      expect(await records.read('a/b')).toBeUndefined();
    }
    expect(await records.list()).toEqual(['a/b']);
    await records.write(record('a/b'), { rootfs: new Map(), facts: new Map() });
    expect(await records.read('a/b')).toEqual(record('a/b'));
  });

  it('are empty when nothing was built', async () => {
    const records = open(`${temp}/nowhere`, temp);
    expect(await records.list()).toEqual([]);
    expect(await records.read('a/b')).toBeUndefined();
  });
});

/** Typed arrays of one content compare equal whatever their class. */
function plain(entry: object): object {
  const { xattrs } = entry as { xattrs: ReadonlyMap<string, Uint8Array> };
  return { ...entry, xattrs: [...xattrs].map(([name, value]) => [name, [...value]]) };
}
