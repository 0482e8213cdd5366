import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { removeSnapshot } from '../../../../src/adapters/native/remove-snapshot.ts';
import {
  findSnapshot,
  listSnapshots,
  pinSnapshot,
  publishSnapshot,
  type NativeHost,
} from '../../../../src/adapters/native/snapshot-store.ts';
import { openTempDir } from '../../../../src/adapters/system/temp-dir.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const id = (digit: string): string => digit.repeat(64);
let host: NativeHost;
beforeEach(() => {
  const dataDir = mkdtempSync(join(dir, 'data-'));
  host = { dataDir, openTempDir: () => openTempDir(dataDir), signal: new AbortController().signal };
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
    await removeSnapshot(host, id('b'));
    expect(layers()).toEqual(['a'.repeat(16)]);
    expect(readdirSync(join(host.dataDir, 'tmp'))).toEqual([]);
  });

  it('leaves its layer while a child needs it, and goes with the child', async () => {
    await publish('a', 'base');
    await publish('b', 'child', 'a');
    await removeSnapshot(host, id('a'));
    expect(await findSnapshot(host, id('a'))).toBeUndefined();
    expect(layers()).toHaveLength(2);
    await removeSnapshot(host, id('b'));
    expect(layers()).toEqual([]);
  });

  it('can be made anew beside the layer that is still needed', async () => {
    await publish('a', 'old');
    await publish('b', 'child', 'a');
    await removeSnapshot(host, id('a'));
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
      await removeSnapshot(host, id('b'));
      await removeSnapshot(host, id('a'));
      expect(existsSync(join(host.dataDir, 'snapshots', 'a'.repeat(16), 'fs'))).toBe(true);
      expect(layers()).toHaveLength(2);
    }
    await removeSnapshot(host, id('c'));
    expect(layers()).toEqual([]);
  });

  it('cannot be pinned', async () => {
    await using session = await host.openTempDir();
    await expect(pinSnapshot(host, session.path, id('a'))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' });
  });
});
