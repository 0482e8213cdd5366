import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotId } from '../../ports/engine.ts';
import { withLock } from '../system/lock.ts';
import {
  findSnapshot,
  layerNames,
  listSnapshots,
  pinsFolder,
  readSnapshot,
  snapshotFile,
  snapshotsDir,
  type NativeHost,
} from './snapshot-store.ts';

/** Name of the snapshot file once the snapshot is removed; its layer stays while another root needs it. */
const removedFile = 'removed.json';

/**
 * Removes a snapshot if it is there, and all layers that no snapshot and no open session, of any process, needs.
 * A layer that is still needed goes with a later removal.
 */
export async function removeSnapshot(host: NativeHost, id: SnapshotId): Promise<void> {
  await withLock(
    `${snapshotsDir(host)}.lock`,
    async () => {
      const [name] = (await findSnapshot(host, id))?.layers ?? [];
      if (name !== undefined) {
        const dir = join(snapshotsDir(host), name);
        await rename(join(dir, snapshotFile), join(dir, removedFile));
      }
      await sweep(host);
    },
    { signal: host.signal },
  );
}

async function sweep(host: NativeHost): Promise<void> {
  // Pins first: a session may end between the two, and leave a snapshot in the place of its pins.
  const needed = new Set(await pinnedLayers(host));
  for (const { layers } of await listSnapshots(host)) for (const layer of layers) needed.add(layer);
  await using temp = await host.openTempDir();
  for (const name of await layerNames(host)) {
    if (needed.has(name) || !(await readSnapshot(host, name, removedFile))) continue;
    await rename(join(snapshotsDir(host), name), join(temp.path, name));
  }
}

async function pinnedLayers(host: NativeHost): Promise<readonly string[]> {
  const tmp = join(host.dataDir, 'tmp');
  const found: string[] = [];
  for (const name of await readdir(tmp).catch(() => [])) {
    found.push(...(await readdir(join(tmp, name, pinsFolder)).catch(() => [])));
  }
  return found;
}
