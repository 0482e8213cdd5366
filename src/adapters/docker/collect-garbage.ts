import type { Garbage, GarbageSpec, SnapshotId } from '../../ports/engine.ts';
import { statusOf } from './daemon-error.ts';
import type { BuildHost } from './host.ts';
import { apiPath, request } from './request.ts';
import { heldByOthers, lockSnapshots } from './hold-snapshots.ts';
import { removeKept } from './kept-containers.ts';
import { listSnapshots, nameImage, snapshotName, type Snapshot } from './snapshots.ts';

/** Repository of what has to go and is still in use. */
const removedName = (id: SnapshotId): string => `kubler-removed:${id}`;

/**
 * Removes snapshots of this data dir that are neither needed, nor new, nor held, nor what a container stands on; see
 * `Engine.collectGarbage`. What another snapshot stands on loses its name only: the daemon removes it with that.
 */
export function collectGarbage(host: BuildHost, spec: GarbageSpec): Promise<Garbage> {
  return lockSnapshots(host, async () => {
    // They stand on snapshots.
    const kept = await removeKept(host, spec.dryRun);
    const held = await heldByOthers(host);
    const unneeded = (await listSnapshots(host)).filter(
      ({ id, madeMs, isOwn }) =>
        isOwn && !spec.snapshots.has(id) && !held.has(id) && madeMs < spec.writtenBefore,
    );
    const snapshots: SnapshotId[] = [];
    let snapshotBytes = 0;
    for (const snapshot of unneeded) {
      const bytes = await ownBytes(host, snapshot);
      if (!spec.dryRun && !(await remove(host, snapshotName(snapshot.id)))) continue;
      snapshots.push(snapshot.id);
      snapshotBytes += bytes;
    }
    return { snapshots, snapshotBytes, layers: 0, layerBytes: 0, kept };
  });
}

/** Removes one snapshot, whoever holds it. While a container stands on it, its image goes on under another name. */
export async function removeSnapshot(host: BuildHost, id: SnapshotId): Promise<void> {
  await nameImage(host, snapshotName(id), removedName(id));
  await remove(host, snapshotName(id));
  await remove(host, removedName(id));
}

/** Bytes of what the snapshot differs in from the one below. */
async function ownBytes(host: BuildHost, { imageId }: Snapshot): Promise<number> {
  const path = apiPath`/images/${imageId}/history`;
  const call = { verb: 'measure a snapshot', method: 'GET', path } as const;
  const history = await request<readonly { readonly Size: number }[]>(host, call).catch((error: unknown) => {
    // Another process was faster.
    if (statusOf(error) === 404) return [];
    throw error;
  });
  return history[0]?.Size ?? 0;
}

/** False when it is in use. */
async function remove(host: BuildHost, name: string): Promise<boolean> {
  const path = apiPath`/images/${name}`;
  try {
    await request(host, { verb: 'remove a snapshot', method: 'DELETE', path });
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === 409 || status === 404) return status === 404;
    throw error;
  }
}
