import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { collectGarbage, removeSnapshot } from '../../../../src/adapters/native/collect-garbage.ts';
import {
  findSnapshot,
  holdSnapshots,
  listSnapshots,
  pinSnapshot,
  publishSnapshot,
  type NativeHost,
} from '../../../../src/adapters/native/snapshot-store.ts';
import { layerName, layerPinsFolder } from '../../../../src/adapters/native/unpack-layer.ts';
import { toDigest, type Digest } from '../../../../src/model/digest.ts';
import { openTempDir } from '../../../../src/adapters/system/temp-dir.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const id = (digit: string): string => digit.repeat(64);
let host: NativeHost;
beforeEach(() => {
  const dataDir = mkdtempSync(join(dir, 'data-'));
  host = {
    dataDir,
    openTempDir: () => openTempDir(dataDir),
    processDir: join(dataDir, 'tmp/own'),
    signal: new AbortController().signal,
    inUserNamespace: false,
  };
});

/** Publishes a snapshot whose only file is `who`, on top of another. */
async function publish(name: string, who: string, parent?: string): Promise<void> {
  await using temp = await host.openTempDir();
  const stage = join(temp.path, 'stage');
  await mkdir(join(stage, 'fs'), { recursive: true });
  await writeFile(join(stage, 'fs/who'), who);
  const parents = parent === undefined ? [] : ((await findSnapshot(host, id(parent)))?.layers ?? []);
  await publishSnapshot(host, id(name), stage, parents);
}
/** Removes these snapshots, or the oldest of them, and what nothing needs any more. */
async function remove(names: readonly string[], options: { writtenBefore?: number; dryRun?: boolean } = {}) {
  const kept = (await listSnapshots(host)).filter((each) => !names.map(id).includes(each.id));
  const spec = { writtenBefore: Infinity, dryRun: false, layers: new Set<never>(), ...options };
  return collectGarbage(host, { snapshots: new Set(kept.map((each) => each.id)), ...spec });
}
const layers = (): string[] => readdirSync(join(host.dataDir, 'snapshots'));
const who = (layer: string) => readFile(join(host.dataDir, 'snapshots', layer, 'fs/who'), 'utf8');

describe('a published snapshot', () => {
  it('is found with the layers of its ancestors', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    await publish('c', 'grandchild', 'b');
    const names = ['c', 'b', 'a'].map((name) => name.repeat(16));
    expect(await findSnapshot(host, id('c'))).toEqual({ id: id('c'), layers: names });
    expect((await listSnapshots(host)).map((each) => each.id)).toEqual(['a', 'b', 'c'].map(id));
  });

  it('is not found by another id of the same beginning', async () => {
    await publish('a', 'base');
    expect(await findSnapshot(host, 'a'.repeat(16) + 'b'.repeat(48))).toBeUndefined();
  });

  it('wins against a later one of its id', async () => {
    await publish('a', 'first');
    await publish('a', 'second');
    expect(await who('a'.repeat(16))).toBe('first');
    expect(layers()).toHaveLength(1);
  });

  it('is one of those that were published at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, at) => publish('a', String(at))));
    expect(layers()).toHaveLength(1);
    expect(readdirSync(join(host.dataDir, 'tmp'))).toEqual([]);
  });
});

describe('a removed snapshot', () => {
  it('takes its own layer with it', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    await remove(['b']);
    expect(layers()).toEqual(['a'.repeat(16)]);
    expect(readdirSync(join(host.dataDir, 'tmp'))).toEqual([]);
  });

  it('leaves its layer while a child needs it, and goes with the child', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    await remove(['a']);
    expect(await findSnapshot(host, id('a'))).toBeUndefined();
    expect(layers()).toHaveLength(2);
    await remove(['b']);
    expect(layers()).toEqual([]);
  });

  it('can be made anew beside the layer that is still needed', async () => {
    await publish('a', 'old');
    await publish('b', 'child', 'a');
    await remove(['a']);
    await publish('a', 'new');
    const [layer = ''] = (await findSnapshot(host, id('a')))?.layers ?? [];
    expect(await who(layer)).toBe('new');
    expect(await who((await findSnapshot(host, id('b')))?.layers[1] ?? '')).toBe('old');
  });

  it('leaves its layers while a session has them pinned', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    {
      await using session = await host.openTempDir();
      expect(await pinSnapshot(host, session.path, id('b'))).toHaveLength(2);
      await remove(['b']);
      await remove(['a']);
      expect(existsSync(join(host.dataDir, 'snapshots', 'a'.repeat(16), 'fs'))).toBe(true);
      expect(layers()).toHaveLength(2);
    }
    await remove(['c']);
    expect(layers()).toEqual([]);
  });

  it('is only spoken of in a dry run, with the bytes that would go', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    await remove(['a']);
    const planned = await remove(['b'], { dryRun: true });
    expect(layers()).toHaveLength(2);
    expect(await findSnapshot(host, id('b'))).toBeDefined();
    expect(planned.snapshots).toEqual([id('b')]);
    expect(planned.snapshotBytes).toBeGreaterThan(0);
    expect(await remove(['b'])).toEqual(planned);
    expect(layers()).toEqual([]);
  });

  it('is none that was made while another process works', async () => {
    await publish('a', 'base');
    const made = statSync(join(host.dataDir, 'snapshots', 'a'.repeat(16), 'snapshot.json')).mtimeMs;
    expect(await remove(['a'], { writtenBefore: made })).toMatchObject({ snapshots: [] });
    expect(await remove(['a'], { writtenBefore: made + 1 })).toMatchObject({ snapshots: [id('a')] });
  });

  it('is none that another process found there when it began, as long as it lives', async () => {
    await publish('a', 'base');
    await publish('b', 'own');
    const other = { ...host, processDir: (await host.openTempDir()).path };
    expect((await holdSnapshots(other)).map((each) => each.id)).toEqual(['a', 'b'].map(id));
    await holdSnapshots(host);
    await publish('c', 'later');
    expect(await remove(['a', 'b', 'c'])).toMatchObject({ snapshots: [id('c')] });
    await rm(other.processDir, { recursive: true });
    expect(await remove(['a', 'b'])).toMatchObject({ snapshots: ['a', 'b'].map(id) });
  });

  it('is one that must go at once, whoever holds it; nothing else goes', async () => {
    await publish('a', 'base');
    await publish('b', 'leak', 'a');
    await holdSnapshots({ ...host, processDir: (await host.openTempDir()).path });
    await removeSnapshot(host, id('b'));
    expect(layers()).toEqual(['a'.repeat(16)]);
    expect(await findSnapshot(host, id('a'))).toBeDefined();
    await removeSnapshot(host, id('b'));
  });

  it('cannot be pinned', async () => {
    await using session = await host.openTempDir();
    await expect(pinSnapshot(host, session.path, id('a'))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});

describe('an unpacked layer', () => {
  const digest = (digit: string): Digest => toDigest(id(digit));
  const unpacked = () => readdirSync(join(host.dataDir, 'layers'));

  it('goes unless an image has it, or a container that runs', async () => {
    for (const name of ['a', 'b', 'c'])
      mkdirSync(join(host.dataDir, 'layers', layerName(digest(name)), 'fs'), { recursive: true });
    const spec = { snapshots: new Set<never>(), layers: new Set([digest('a')]), writtenBefore: Infinity };
    {
      await using running = await host.openTempDir();
      mkdirSync(join(running.path, layerPinsFolder));
      await writeFile(join(running.path, layerPinsFolder, layerName(digest('b'))), '');
      expect(await collectGarbage(host, { ...spec, dryRun: true })).toMatchObject({ layers: 1 });
      expect(unpacked()).toHaveLength(3);
      expect(await collectGarbage(host, { ...spec, dryRun: false })).toMatchObject({ layers: 1 });
      expect(unpacked()).toEqual(['a', 'b'].map((name) => name.repeat(16)));
    }
    await collectGarbage(host, { ...spec, dryRun: false });
    expect(unpacked()).toEqual(['a'.repeat(16)]);
    expect(readdirSync(join(host.dataDir, 'tmp'))).toEqual([]);
  });
});
