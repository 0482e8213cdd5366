import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Root, Session, SessionSpec } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { commitRoot } from './commit-root.ts';
import { execInSession } from './exec-in-session.ts';
import { checkMount } from './check-mount.ts';
import { openHelper, type Helper } from './helper.ts';
import { hostFileBinds, nameFileBinds } from './host-files.ts';
import { interruptible } from './interruption.ts';
import type { Overlay } from './overlay.ts';
import type { Bind } from './runtime-config.ts';
import { openRoot, type SessionState } from './session-state.ts';
import { snapshotsDir, type NativeHost } from './snapshot-store.ts';

/** Opens two roots; see `Engine.open`. */
export async function openSession(host: NativeHost, spec: SessionSpec): Promise<Session> {
  const temp = await host.openTempDir();
  try {
    const state = await interruptible(host.signal, 'open a container', () => prepare(host, spec, temp));
    return {
      exec: (exec) => execInSession(state, exec),
      commit: (root, id) => commitRoot(state, root, id),
      keep: () => Promise.resolve(new Map()),
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
  const binds = [...(await inputBinds(spec)), ...(await networkBinds(spec, temp.path))];
  const roots = new Map<Root, Overlay>();
  for (const root of ['builder', 'target'] as const) {
    const id = spec[root];
    if (id !== undefined) roots.set(root, await openRoot(host, temp, `${root}-0`, id));
  }
  const stateDir = join(temp.path, 'runc');
  const overlays = [...roots.values()];
  const helper = await openHelper({ ...host, layersDir: snapshotsDir(host), stateDir, overlays });
  try {
    const hooks = await openHooks(spec, helper, roots);
    return { host, spec, temp, helper, stateDir, binds, hooks, roots, points: [], running: 0, count: 0 };
  } catch (error) {
    await helper[Symbol.asyncDispose]();
    throw error;
  }
}

/** Looks whether what hooks are to see can be mounted. */
async function openHooks(
  { options: { mounts = [], tmpfs = [] } = {} }: SessionSpec,
  helper: Helper,
  roots: ReadonlyMap<Root, Overlay>,
): Promise<SessionState['hooks']> {
  const root = roots.has('builder') ? 'builder' : 'target';
  const mountPoint = roots.get(root)?.mountPoint ?? '/';
  for (const mount of mounts) await checkMount(helper.view(mountPoint), mount);
  return { root, binds: mounts, tmpfs };
}

/** In an image its own copies, which a command may write to as it may in other engines: they are no part of the image. */
async function networkBinds({ target, options }: SessionSpec, tempDir: string): Promise<readonly Bind[]> {
  if (typeof target === 'string') return nameFileBinds(tempDir, options);
  const binds = await hostFileBinds(tempDir, ['resolv.conf', 'hosts']);
  return binds.map((bind) => ({ ...bind, readOnly: false }));
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
