import type { Root, Session, SessionSpec } from '../../ports/engine.ts';
import { commitRoot } from './commit-root.ts';
import { execInSession } from './exec-in-session.ts';
import type { DockerHost } from './host.ts';
import { mountForHooks } from './hook-mounts.ts';
import { keepContainers } from './kept-containers.ts';
import { newSession } from './labels.ts';
import { loadImageRoot } from './load-image.ts';
import { needBuilder, needTarget } from './session-containers.ts';
import { isImage, type RootState, type SessionState } from './session-state.ts';
import { requireSnapshot } from './snapshots.ts';
import { makeSupplies } from './supplies.ts';

/** Opens two roots; see `Engine.open`. */
export async function openSession(host: DockerHost, spec: SessionSpec): Promise<Session> {
  const { labels, cleanUp } = newSession(host);
  try {
    const state = await prepare(host, spec, labels);
    return {
      exec: (exec) => execInSession(state, exec),
      commit: (root, id) => commitRoot(state, root, id),
      keep: (name) => keepContainers(state, name),
      [Symbol.asyncDispose]: async () => {
        await state.turn;
        if (!state.isKept) await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function prepare(
  host: DockerHost,
  spec: SessionSpec,
  labels: Readonly<Record<string, string>>,
): Promise<SessionState> {
  const { builder, target, inputs } = spec;
  const imageId = isImage(target)
    ? await loadImageRoot(host, target, labels)
    : await requireSnapshot(host, target);
  const roots = new Map<Root, RootState>([['target', rootOn(imageId)]]);
  if (builder !== undefined) roots.set('builder', rootOn(await requireSnapshot(host, builder)));
  const { mounts = [], tmpfs = [], seccomp } = spec.options ?? {};
  const supplies = await makeSupplies(host, { imageId, labels, inputs, seccomp });
  const hooks = {
    root: builder === undefined ? 'target' : 'builder',
    mounts: await mountForHooks(host, mounts, { supplies, imageId, labels }),
    tmpfs,
  } as const;
  const state: SessionState = {
    host,
    spec,
    labels,
    supplies,
    hooks,
    roots,
    isKept: false,
    turn: Promise.resolve(),
  };
  // Now, because a snapshot that a container stands on is not removed.
  await (builder === undefined ? needTarget(state, undefined, false) : needBuilder(state, false));
  return state;
}

const rootOn = (imageId: string): RootState => ({
  imageId,
  running: undefined,
  dirty: false,
  kept: false,
  commands: new Set(),
});
