import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SnapshotId } from '../../ports/engine.ts';
import { withLock } from '../system/lock.ts';
import type { BuildHost } from './host.ts';
import { listSnapshots } from './snapshots.ts';

/** Folder of a process's scratch folder with a file per snapshot that is not to be removed while it exists. */
const heldFolder = 'held-images';

/** Runs `work` while no other process of this data dir adds holds to snapshots or removes any. */
export const lockSnapshots = <T>(host: BuildHost, work: () => Promise<T>): Promise<T> =>
  withLock(host.dataDir, 'images', work, { signal: host.signal });

/** All snapshots; none of this data dir is removed by another process as long as this one lives. */
export async function holdSnapshots(host: BuildHost): Promise<readonly SnapshotId[]> {
  const held = join(host.processDir, heldFolder);
  await mkdir(held, { recursive: true });
  return lockSnapshots(host, async () => {
    const ids = (await listSnapshots(host)).map(({ id }) => id);
    for (const id of ids) await writeFile(join(held, id), '');
    return ids;
  });
}

/** What other processes that live hold; what this process holds it may also remove. */
export async function heldByOthers({ dataDir, processDir }: BuildHost): Promise<ReadonlySet<SnapshotId>> {
  const tmp = join(dataDir, 'tmp');
  const held = new Set<SnapshotId>();
  for (const name of await readdir(tmp).catch(() => [])) {
    if (name === basename(processDir)) continue;
    for (const id of await readdir(join(tmp, name, heldFolder)).catch(() => [])) held.add(id);
  }
  return held;
}
