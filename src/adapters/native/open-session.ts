import { access, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Root, Session, SessionSpec, SnapshotId } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { commitRoot } from './commit-root.ts';
import { execInSession } from './exec-in-session.ts';
import { openHelper, type Helper } from './helper.ts';
import { interruptible } from './interruption.ts';
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

/** Opens two roots; see `Engine.open`. */
export async function openSession(host: NativeHost, spec: SessionSpec): Promise<Session> {
  const temp = await host.openTempDir();
  try {
    const state = await interruptible(host.signal, 'open a container', () => prepare(host, spec, temp));
    return {
      exec: (exec) => execInSession(state, exec),
      commit: (root, id) => commitRoot(state, root, id),
      [Symbol.asyncDispose]: async () => {
        await state.helper[Symbol.asyncDispose]();
        await temp[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await temp[Symbol.asyncDispose]();
    throw error;
  }
}

async function prepare(host: NativeHost, spec: SessionSpec, temp: TempDir): Promise<SessionState> {
  const binds = [...(await inputBinds(spec)), ...(await nameServerBind(temp.path))];
  const roots = new Map<Root, Overlay>();
  for (const root of ['builder', 'target'] as const) {
    const id = spec[root];
    if (id !== undefined) roots.set(root, await openRoot(host, temp, `${root}-0`, id));
  }
  const stateDir = join(temp.path, 'runc');
  const { signal } = host;
  const overlays = [...roots.values()];
  const helper = await openHelper({ layersDir: snapshotsDir(host), stateDir, overlays, signal });
  return { host, spec, temp, helper, stateDir, binds, roots, points: [], running: 0, count: 0 };
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

async function inputBinds({ inputs }: SessionSpec): Promise<readonly Bind[]> {
  for (const { hostPath } of inputs) {
    await access(hostPath).catch((cause: unknown) => {
      throw new KublerError('ENGINE_REFUSED', `cannot give "${hostPath}" to a container: it is not there`, {
        cause,
      });
    });
  }
  return inputs.map((input) => ({ ...input, readOnly: true }));
}

/** A copy of the host's resolv.conf, which may be a symlink into a folder that containers do not see. */
export async function nameServerBind(tempDir: string): Promise<readonly Bind[]> {
  const hostPath = join(tempDir, 'resolv.conf');
  const found = await copyFile('/etc/resolv.conf', hostPath).then(
    () => true,
    () => false,
  );
  return found ? [{ hostPath, containerPath: '/etc/resolv.conf', readOnly: true }] : [];
}
