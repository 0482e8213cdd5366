import { readdir, rename, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskUsage } from '../../oci/disk-usage.ts';
import type { Garbage, GarbageSpec, SnapshotId } from '../../ports/engine.ts';
import {
  heldFolder,
  layerNames,
  listSnapshots,
  lockSnapshots,
  pinsFolder,
  readSnapshot,
  snapshotFile,
  snapshotsDir,
  type NativeHost,
  type Snapshot,
} from './snapshot-store.ts';
import { layersDir, layerName, layerPinsFolder, lockLayers } from './unpack-layer.ts';

/** Name of the snapshot file once the snapshot is removed; its layer stays while another root needs it. */
const removedFile = 'removed.json';

/** Removes what is neither named as needed, nor new, nor in use; see `Engine.collectGarbage`. */
export async function collectGarbage(host: NativeHost, spec: GarbageSpec): Promise<Garbage> {
  // What goes is moved here under the locks, and deleted without them.
  await using temp = await host.openTempDir();
  const bin = { path: temp.path, dryRun: spec.dryRun };
  const snapshots = await lockSnapshots(host, async () => {
    const held = new Set(await pinned(host, heldFolder));
    return sweepSnapshots(host, bin, async ({ id }, name) => {
      if (spec.snapshots.has(id) || held.has(name)) return false;
      return isOlder(join(snapshotsDir(host), name, snapshotFile), spec);
    });
  });
  const layers = await lockLayers(host, () => sweepLayers(host, spec, bin));
  return { ...snapshots, ...layers };
}

/** Removes one snapshot, whoever holds it; its bytes stay as long as another root needs them. */
export async function removeSnapshot(host: NativeHost, id: SnapshotId): Promise<void> {
  await using temp = await host.openTempDir();
  const bin = { path: temp.path, dryRun: false };
  await lockSnapshots(host, () => sweepSnapshots(host, bin, (each) => Promise.resolve(each.id === id)));
}

interface Bin {
  readonly path: string;
  readonly dryRun: boolean;
}

type GoneSnapshots = Pick<Garbage, 'snapshots' | 'snapshotBytes'>;

/** @param goes which snapshots to remove; `name` is that of its own layer */
async function sweepSnapshots(
  host: NativeHost,
  bin: Bin,
  goes: (snapshot: Snapshot, name: string) => Promise<boolean>,
): Promise<GoneSnapshots> {
  const gone = new Map<string, Snapshot>();
  for (const snapshot of await listSnapshots(host)) {
    const [name = ''] = snapshot.layers;
    if (!(await goes(snapshot, name))) continue;
    gone.set(name, snapshot);
    const dir = join(snapshotsDir(host), name);
    if (!bin.dryRun) await rename(join(dir, snapshotFile), join(dir, removedFile));
  }
  const needed = await neededLayers(host, gone);
  let snapshotBytes = 0;
  for (const name of await layerNames(host)) {
    if (needed.has(name)) continue;
    if (!gone.has(name) && !(await readSnapshot(host, name, removedFile))) continue;
    snapshotBytes += await discard(join(snapshotsDir(host), name), `snapshot-${name}`, bin);
  }
  return { snapshots: [...gone.values()].map(({ id }) => id), snapshotBytes };
}

/** Layers of all snapshots but those that go, and of open sessions of any process. */
async function neededLayers(
  host: NativeHost,
  gone: ReadonlyMap<string, Snapshot>,
): Promise<ReadonlySet<string>> {
  // Pins first: a session may end between the two, and leave a snapshot in the place of its pins.
  const needed = new Set(await pinned(host, pinsFolder));
  for (const { layers } of await listSnapshots(host)) {
    if (!gone.has(layers[0] ?? '')) for (const layer of layers) needed.add(layer);
  }
  return needed;
}

async function sweepLayers(
  host: NativeHost,
  spec: GarbageSpec,
  bin: Bin,
): Promise<Pick<Garbage, 'layers' | 'layerBytes'>> {
  const needed = new Set([
    ...(await pinned(host, layerPinsFolder)),
    ...[...spec.layers].map((diffId) => layerName(diffId)),
  ]);
  let [layers, layerBytes] = [0, 0];
  for (const name of await readdir(layersDir(host)).catch(() => [])) {
    const dir = join(layersDir(host), name);
    if (needed.has(name) || !(await isOlder(dir, spec))) continue;
    layerBytes += await discard(dir, `layer-${name}`, bin);
    layers += 1;
  }
  return { layers, layerBytes };
}

const isOlder = async (path: string, { writtenBefore }: GarbageSpec): Promise<boolean> =>
  (await stat(path)).mtimeMs < writtenBefore;

/** Moves a folder out of sight, unless it is a dry run. @returns its bytes */
async function discard(dir: string, name: string, bin: Bin): Promise<number> {
  const bytes = await diskUsage(dir);
  if (!bin.dryRun) await rename(dir, join(bin.path, name));
  return bytes;
}

/** Names that open scratch folders have in this folder of theirs; what this process holds it may also remove. */
async function pinned(host: NativeHost, folder: string): Promise<readonly string[]> {
  const tmp = join(host.dataDir, 'tmp');
  const found: string[] = [];
  for (const name of await readdir(tmp).catch(() => [])) {
    if (folder === heldFolder && name === basename(host.processDir)) continue;
    found.push(...(await readdir(join(tmp, name, folder)).catch(() => [])));
  }
  return found;
}
