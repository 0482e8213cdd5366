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
const record = (id: ImageRecord['id']): ImageRecord => ({ id, key: 'k' }) as unknown as ImageRecord;

describe('records', () => {
  const temp = useTempDir();

  it('give back a tree as it was, contents aside', async () => {
    const records = openRecords(temp, temp);
    const facts = new Map([['bin/ping', { shebang: '/bin/sh' }]]);
    await records.write(record('a/b'), { rootfs: toRootfs(entries), facts });
    const tree = await records.readTree('a/b');
    const expected = entries.map((entry) =>
      entry.type === 'file' ? { ...entry, content: { kind: 'parent' } } : entry,
    );
    expect([...(tree?.rootfs.values() ?? [])].map(plain)).toEqual(expected.map(plain));
    expect(tree?.facts).toEqual(facts);
    expect(await records.read('a/b')).toEqual(record('a/b'));
  });

  it('list what is there, sorted, and forget what is removed', async () => {
    const records = openRecords(`${temp}/listed`, temp);
    for (const id of ['b/x', 'a/y', 'a/x'] as const) {
      await records.write(record(id), { rootfs: new Map(), facts: new Map() });
    }
    await records.remove('a/y');
    expect(await records.list()).toEqual(['a/x', 'b/x']);
    expect(await records.read('a/y')).toBeUndefined();
    expect(await records.readTree('a/y')).toBeUndefined();
  });

  it('are empty when nothing was built', async () => {
    const records = openRecords(`${temp}/nowhere`, temp);
    expect(await records.list()).toEqual([]);
    expect(await records.read('a/b')).toBeUndefined();
  });
});

/** Typed arrays of one content compare equal whatever their class. */
function plain(entry: object): object {
  const { xattrs } = entry as { xattrs: ReadonlyMap<string, Uint8Array> };
  return { ...entry, xattrs: [...xattrs].map(([name, value]) => [name, [...value]]) };
}
