import { join } from 'node:path';
import type { Root, SessionSpec, SnapshotId } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import type { Helper } from './helper.ts';
import { makeOverlay, type Overlay } from './overlay.ts';
import type { Bind } from './runtime-config.ts';
import { pinSnapshot, snapshotsDir, type NativeHost } from './snapshot-store.ts';

/** What an open session holds. */
export interface SessionState {
  readonly host: NativeHost;
  readonly spec: SessionSpec;
  readonly temp: TempDir;
  readonly helper: Helper;
  readonly stateDir: string;
  /** What both roots see of the host. */
  readonly binds: readonly Bind[];
  readonly roots: Map<Root, Overlay>;
  /** Mount points that were made for running commands and are to go with the last of them. */
  readonly points: { readonly rootDir: string; readonly path: string }[];
  running: number;
  /** Numbers bundles and overlays. */
  count: number;
}

/** Folders for a root on top of a snapshot, not yet mounted; keeps the snapshot from being removed. */
export async function openRoot(
  host: NativeHost,
  temp: TempDir,
  name: string,
  id: SnapshotId,
): Promise<Overlay> {
  return makeOverlay(snapshotsDir(host), await pinSnapshot(host, temp.path, id), join(temp.path, name));
}
