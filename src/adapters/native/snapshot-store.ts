import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { withLock } from '../system/lock.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { runCommand } from './run-command.ts';

/** A root as it once was: a folder per layer, each with the difference to the next in `fs`. */
export interface Snapshot {
  readonly id: SnapshotId;
  /** Names of folders in the snapshots folder: its own, then its parent's, down to the base. */
  readonly layers: readonly string[];
}

/** The native engine's part of a data dir. */
export interface NativeHost {
  readonly dataDir: string;
  /** Opens a scratch folder in `<data>/tmp`. */
  readonly openTempDir: () => Promise<TempDir>;
  /** A scratch folder in `<data>/tmp` that is there as long as this process is. */
  readonly processDir: string;
  readonly signal: AbortSignal;
  /** Root of a user namespace, not of the host, runs this. */
  readonly inUserNamespace: boolean;
}

export const snapshotsDir = (host: Pick<NativeHost, 'dataDir'>): string => join(host.dataDir, 'snapshots');
/** What makes a layer's folder a snapshot; written before the folder gets its name. */
export const snapshotFile = 'snapshot.json';

/** The snapshot of this id, if there is one. */
export async function findSnapshot(host: NativeHost, id: SnapshotId): Promise<Snapshot | undefined> {
  return findIn(host, id, await layerNames(host));
}

/** All snapshots, in the order of their folders' names. */
export async function listSnapshots(host: NativeHost): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  for (const name of await layerNames(host)) {
    const snapshot = await readSnapshot(host, name, snapshotFile);
    if (snapshot) found.push(snapshot);
  }
  return found;
}

/** Runs `work` while no other process adds holds to snapshots or removes any. */
export const lockSnapshots = <T>(host: NativeHost, work: () => Promise<T>): Promise<T> =>
  withLock(host.dataDir, 'snapshots', work, { signal: host.signal });

/** Folder of a scratch folder with a file per snapshot that is not to be removed while the scratch folder exists. */
export const heldFolder = 'held';

/** All snapshots, none of which another process removes as long as this one lives. */
export async function holdSnapshots(host: NativeHost): Promise<readonly Snapshot[]> {
  const held = join(host.processDir, heldFolder);
  await mkdir(held, { recursive: true });
  return lockSnapshots(host, async () => {
    const found = await listSnapshots(host);
    for (const { layers } of found) await writeFile(join(held, layers[0] ?? ''), '');
    return found;
  });
}

/** Names of the folders in the snapshots folder, sorted. */
export async function layerNames(host: NativeHost): Promise<readonly string[]> {
  // Only root may look in: there are setuid programs of every provenance.
  await mkdir(snapshotsDir(host), { recursive: true, mode: 0o700 });
  return (await readdir(snapshotsDir(host))).sort();
}

async function findIn(
  host: NativeHost,
  id: SnapshotId,
  names: readonly string[],
): Promise<Snapshot | undefined> {
  for (const name of names) {
    if (!name.startsWith(shortName(id))) continue;
    const snapshot = await readSnapshot(host, name, snapshotFile);
    if (snapshot?.id === id) return snapshot;
  }
  return undefined;
}

/** Short, because the names of all layers of a root must fit in one page (see `overlayOptions`). */
const shortName = (id: SnapshotId): string => id.slice(0, 16);

/** What a layer's folder says of itself; undefined when it is not there. */
export async function readSnapshot(
  host: NativeHost,
  name: string,
  file: string,
): Promise<Snapshot | undefined> {
  const text = await readFile(join(snapshotsDir(host), name, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Snapshot);
}

/**
 * Makes `stageDir`, which holds a tree in `fs` and lies on the same file system, the snapshot `id`. It appears
 * complete or not at all, after its bytes are on disk; one of that id that is already there wins.
 * @param parents layers of the snapshot it is a difference to
 */
export async function publishSnapshot(
  host: NativeHost,
  id: SnapshotId,
  stageDir: string,
  parents: readonly string[],
): Promise<void> {
  for (;;) {
    const names = await layerNames(host);
    if (await findIn(host, id, names)) return;
    const name = freeName(shortName(id), names);
    await writeFile(join(stageDir, snapshotFile), JSON.stringify({ id, layers: [name, ...parents] }));
    await writeToDisk(stageDir);
    if (await renameToFree(stageDir, join(snapshotsDir(host), name))) return;
  }
}

/** Has the bytes below a folder on disk. All of the file system is written, but no file of it is opened for that. */
export async function writeToDisk(dir: string): Promise<void> {
  const { exitCode } = await runCommand({ argv: ['sync', '--file-system', dir] });
  if (exitCode !== 0)
    throw new KublerError('ENGINE_REFUSED', 'cannot keep a root: writing it to disk failed');
}

/** The name is taken only when a snapshot of this id was removed while others still need its bytes. */
function freeName(short: string, names: readonly string[]): string {
  let name = short;
  for (let count = 1; names.includes(name); count += 1) name = `${short}.${count}`;
  return name;
}

/** False when another process was faster. */
async function renameToFree(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code))) {
      return false;
    }
    throw error;
  }
}

/** Folder of a scratch folder with a file per layer that must stay while the scratch folder exists. */
export const pinsFolder = 'pins';

/**
 * Keeps a snapshot's layers from being removed as long as the scratch folder exists, and returns them. Pins are
 * written first and the snapshot looked up after, while a removal hides it first and reads pins after: one of the
 * two sees the other. Rejects with `ENGINE_REFUSED` when there is no such snapshot.
 */
export async function pinSnapshot(
  host: NativeHost,
  tempDir: string,
  id: SnapshotId,
): Promise<readonly string[]> {
  const snapshot = await findSnapshot(host, id);
  const pins = join(tempDir, pinsFolder);
  await mkdir(pins, { recursive: true });
  for (const layer of snapshot?.layers ?? []) await writeFile(join(pins, layer), '');
  const [own = ''] = snapshot?.layers ?? [];
  if (snapshot && (await readSnapshot(host, own, snapshotFile))?.id === id) return snapshot.layers;
  throw new KublerError('ENGINE_REFUSED', `cannot use snapshot "${id}": it is not there (any more)`, {
    hint: 'run the command again: what is missing is made anew',
  });
}
