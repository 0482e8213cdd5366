import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { toRootfs } from '../../../src/model/tree-entry.ts';
import { openLayout, type Layout } from '../../../src/oci/layout.ts';
import { openLayerCache, type CachedLayer, type LayerCache } from '../../../src/store/index.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const dir = useTempDir();
let layout: Layout;
let cache: LayerCache;
let cached: CachedLayer;
const nowMs = 1_800_000_000_000;

beforeAll(async () => {
  const tmpDir = join(dir, 'tmp');
  mkdirSync(tmpDir);
  layout = await openLayout({ dir: join(dir, 'store'), tmpDir, withLock: (work) => work() });
  cache = openLayerCache({ dir: join(dir, 'cache'), tmpDir, layout, clock: { now: () => nowMs } });
  const { digest, size } = await layout.writeBlob(Buffer.from('layer'));
  const meta = { uid: 1, gid: 2, mtime: 3, xattrs: new Map([['user.x', Buffer.of(1)]]) };
  const origin = { kind: 'dockerfile', line: 4 } as const;
  cached = {
    layer: { digest, diffId: digest, sizeBytes: size, uncompressedBytes: size, files: 1 },
    tree: {
      entries: toRootfs([{ ...meta, type: 'directory', path: 'a', mode: 0o755, origin }]),
      whiteouts: ['b'],
    },
    facts: new Map(),
  };
});

test('a layer comes back as it was kept, and is kept from being swept', async () => {
  expect(await cache.read('one')).toBeUndefined();
  await cache.write('one', cached);
  expect(await cache.read('one')).toEqual(cached);
  expect(statSync(layout.blobFile(cached.layer!.digest)).mtimeMs).toBe(nowMs);
});

test('an instruction that changed nothing is remembered, too', async () => {
  const nothing: CachedLayer = {
    layer: undefined,
    tree: { entries: new Map(), whiteouts: [] },
    facts: new Map(),
  };
  await cache.write('nothing', nothing);
  expect(await cache.read('nothing')).toEqual(nothing);
});

test('a layer whose blob has gone is forgotten', async () => {
  await cache.write('two', cached);
  await unlink(layout.blobFile(cached.layer!.digest));
  expect(await cache.read('two')).toBeUndefined();
  await cache.prune();
  expect(readdirSync(join(dir, 'cache'))).toEqual(['nothing.json']);
});
