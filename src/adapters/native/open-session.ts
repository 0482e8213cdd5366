import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Root, Session, SessionSpec } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import { commitRoot } from './commit-root.ts';
import { execInSession } from './exec-in-session.ts';
import { openHelper } from './helper.ts';
import { hostFileBinds } from './host-files.ts';
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
  return { host, spec, temp, helper, stateDir, binds, roots, points: [], running: 0, count: 0 };
}

/** In an image its own copies, which a command may write to as it may in other engines: they are no part of the image. */
async function networkBinds({ target }: SessionSpec, tempDir: string): Promise<readonly Bind[]> {
  if (typeof target === 'string') return hostFileBinds(tempDir, ['resolv.conf']);
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
