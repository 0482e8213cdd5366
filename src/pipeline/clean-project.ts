import type { ImageRecord } from '../model/image-record.ts';
import { findStaleFiles, removeFolders } from '../store/index.ts';
import { dataPaths, type Workspace } from './workspace.ts';

/** One kind of thing that was, or would be, removed. */
export interface Removed {
  readonly what: string;
  readonly count: number;
  readonly bytes?: number;
}

/**
 * Removes what no built image needs: snapshots, indexes that are no longer in use, blobs. With `all` the images and
 * downloads go too. With `dryRun` nothing is touched.
 */
export async function cleanProject(
  workspace: Workspace,
  options: { readonly all: boolean; readonly dryRun: boolean },
): Promise<readonly Removed[]> {
  const { engine, records, layout, dataDir } = workspace;
  const ids = await records.list();
  const built = (await Promise.all(ids.map((id) => records.read(id)))).filter(
    (record) => record !== undefined,
  );
  const needed = new Set(options.all ? [] : built.flatMap(neededSnapshots));
  const snapshots = (await engine.listSnapshots()).filter((id) => !needed.has(id));
  const stale = await findStaleFiles(dataDir, options);
  const summary: Removed[] = [
    ...(options.all ? [{ what: 'images', count: ids.length }] : []),
    { what: 'snapshots', count: snapshots.length },
    { what: 'files', count: stale.length, bytes: stale.reduce((sum, { bytes }) => sum + bytes, 0) },
  ];
  if (options.dryRun) return summary;

  if (options.all) {
    for (const name of (await layout.references()).keys()) await layout.removeReference(name);
    for (const id of ids) await records.remove(id);
  }
  for (const id of snapshots) await engine.removeSnapshot(id);
  const steps = snapshots.map((id) => `${dataPaths(dataDir).steps}/${id}.json`);
  await removeFolders([...stale.map(({ path }) => path), ...steps]);
  const { blobs, bytes } = await layout.collectGarbage({
    writtenBefore: options.all ? Infinity : workspace.clock.now() - graceMs,
  });
  return [...summary, { what: 'blobs', count: blobs, bytes }];
}

/** A build that goes on beside may be about to name what it wrote within this time. */
const graceMs = 3_600_000;

const neededSnapshots = (record: ImageRecord): readonly string[] => [
  record.targetSnapshot,
  record.builderSnapshot,
  record.builderKey,
  record.baseSnapshot,
];
