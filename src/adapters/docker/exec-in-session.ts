import { KublerError } from '../../errors.ts';
import type { ExecResult, ExecSpec } from '../../ports/engine.ts';
import { throwIfInterrupted } from './daemon-error.ts';
import { runExec, type ExecCall } from './run-exec.ts';
import { removeMountPoints } from './mount-points.ts';
import { needBuilder, needTarget, plainShape } from './session-containers.ts';
import { inTurn, type RootState, type Running, type SessionState } from './session-state.ts';
import { holdPath } from './supplies.ts';

/** Runs one command in the container of a root; see `Session.exec`. */
export async function execInSession(state: SessionState, spec: ExecSpec): Promise<ExecResult> {
  const { host, supplies } = state;
  const root = state.roots.get(spec.root);
  throwIfInterrupted(host, `run "${spec.argv[0]}"`);
  if (!root)
    throw new KublerError('ENGINE_REFUSED', `cannot run "${spec.argv[0]}": there is no ${spec.root} root`);
  const { command } = await inTurn(state, async () => {
    await supplies.refresh();
    const { id } = await needContainer(state, spec);
    const started = runAlone(state, root, id, toCall(state, spec));
    root.commands.add(started);
    // Whoever waits for it hears of its failure.
    started.catch(() => undefined).finally(() => root.commands.delete(started));
    return { command: started };
  });
  const result = await command;
  const mounts = [...(spec.inputs ?? []), ...(spec.tmpfs ?? [])].map(({ containerPath }) => containerPath);
  const points = [...mounts, ...(spec.user ? accountFiles : [])];
  if (points.length > 0) await inTurn(state, () => removeMountPoints(state, points));
  return result;
}

/** Where there are none, Podman mounts some that have the container's user. */
const accountFiles = ['/etc/passwd', '/etc/group'];

async function needContainer(state: SessionState, spec: ExecSpec): Promise<Running> {
  if (spec.root === 'builder') return needBuilder(state, spec.targetReadOnly !== true);
  const shape = {
    ...{ network: spec.network ?? 'none', tmpfs: spec.tmpfs ?? [] },
    // Only of the container's user can further groups be said.
    ...(spec.user && { user: spec.user }),
    inputs: spec.inputs ? await state.supplies.add(spec.inputs) : plainShape.inputs,
  };
  return needTarget(state, shape, true);
}

/** What a command leaves running is killed when it was the last: nothing of the kind outlives a command natively. */
async function runAlone(
  { host }: SessionState,
  { commands }: RootState,
  containerId: string,
  call: ExecCall,
): Promise<ExecResult> {
  try {
    return await runExec(host, containerId, call);
  } finally {
    if (commands.size <= 1 && !host.signal.aborted) await runExec(host, containerId, killAll);
  }
}

const killAll: ExecCall = {
  argv: [`${holdPath}/kill-all`],
  ...{ env: [], cwd: '/', user: '0:0', log: () => undefined },
};

function toCall({ spec: session, host }: SessionState, spec: ExecSpec): ExecCall {
  const env = {
    ...{ PATH: defaultPath, HOME: '/root' },
    // Podman would say so by itself, and programs ask for it.
    ...(host.name === 'podman' && { container: '' }),
    ...session.env,
    ...spec.env,
  };
  return {
    ...spec,
    env: [
      ...Object.entries(env).map((pair) => pair.join('=')),
      // Without a value: Docker leaves its own out. Podman knows no way to do so.
      ...(host.name === 'docker' && !('HOSTNAME' in env) ? ['HOSTNAME'] : []),
    ],
    cwd: spec.cwd ?? '/',
    user: spec.user && spec.root === 'target' ? '' : '0:0',
  };
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
