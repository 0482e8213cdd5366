import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ImageRoot, Root, SessionSpec, SnapshotId } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import type { Helper } from './helper.ts';
import { makeOverlay, type Overlay } from './overlay.ts';
import type { Bind, ContainerSpec } from './runtime-config.ts';
import { pinSnapshot, snapshotsDir, type NativeHost } from './snapshot-store.ts';
import { layersDir, unpackLayers } from './unpack-layer.ts';

/** What an open session holds. */
export interface SessionState {
  readonly host: NativeHost;
  readonly spec: SessionSpec;
  readonly temp: TempDir;
  readonly helper: Helper;
  readonly stateDir: string;
  /** What both roots see of the host. */
  readonly binds: readonly Bind[];
  /** The root hooks run in, and what it alone has. */
  readonly hooks: Pick<ContainerSpec, 'binds' | 'tmpfs'> & { readonly root: Root };
  readonly roots: Map<Root, Overlay>;
  /** Mount points that were made for running commands and are to go with the last of them. */
  readonly points: { readonly rootDir: string; readonly path: string }[];
  running: number;
  /** Numbers bundles and overlays. */
  count: number;
}

/** Folders for a root on top of a snapshot or an image, not yet mounted; keeps a snapshot from being removed. */
export async function openRoot(
  host: NativeHost,
  temp: TempDir,
  name: string,
  start: SnapshotId | ImageRoot,
): Promise<Overlay> {
  const layers =
    typeof start === 'string'
      ? await pinSnapshot(host, temp.path, start)
      : await imageLayers(host, start, temp.path);
  return makeOverlay(snapshotsDir(host), layers, join(temp.path, name));
}

/** Folders of an image's layers, highest first, as names relative to the snapshots folder; at least an empty one. */
async function imageLayers(
  host: NativeHost,
  { layers }: ImageRoot,
  tempDir: string,
): Promise<readonly string[]> {
  await mkdir(snapshotsDir(host), { recursive: true, mode: 0o700 });
  const names = await unpackLayers(host, layers, tempDir);
  const dirs = names.toReversed().map((name) => join(layersDir(host), name));
  const emptyDir = join(tempDir, 'empty');
  if (dirs.length === 0) await mkdir(join(emptyDir, 'fs'), { recursive: true });
  return (dirs.length === 0 ? [emptyDir] : dirs).map((dir) => relative(snapshotsDir(host), dir));
}
