import { setTimeout as sleep } from 'node:timers/promises';
import { KublerError } from '../../errors.ts';
import { targetRootPath, type ExecResult, type ExecSpec } from '../../ports/engine.ts';
import { applyOptions } from './container-options.ts';
import { makeContainer, notStarted, type Launch } from './container.ts';
import type { Helper } from './helper.ts';
import { interruptible } from './interruption.ts';
import { removeMountPoints, resolveInRoot } from './mount-points.ts';
import type { Overlay } from './overlay.ts';
import { runCommand } from './run-command.ts';
import { runInForeground } from './run-in-foreground.ts';
import { systemMountPoints, type Bind, type ContainerSpec } from './runtime-config.ts';
import type { SessionState } from './session-state.ts';
import { tellFullDisk } from './tell-full-disk.ts';

/**
 * Runs one command in a container of its own; see `Session.exec`. Whatever it leaves running dies with it, as it
 * is the first process of a PID namespace.
 */
export async function execInSession(state: SessionState, spec: ExecSpec): Promise<ExecResult> {
  const overlay = state.roots.get(spec.root);
  if (!overlay)
    throw new KublerError('ENGINE_REFUSED', `cannot run "${spec.argv[0]}": there is no ${spec.root} root`);
  state.running += 1;
  try {
    const { signal = state.host.signal } = spec;
    const verb = `run "${spec.argv[0]}"`;
    return await interruptible(state.host.signal, verb, () =>
      interruptible(signal, verb, () => runContained(state, spec, overlay)),
    );
  } finally {
    state.running -= 1;
    if (state.running === 0) await tidy(state);
  }
}

async function runContained(state: SessionState, spec: ExecSpec, overlay: Overlay): Promise<ExecResult> {
  const container = await toContainer(state, spec, overlay);
  await using bundle = await makeContainer(
    { helper: state.helper, stateDir: state.stateDir, tempDir: state.temp.path },
    String((state.count += 1)),
    container,
  );
  const result = spec.attach
    ? { exitCode: await runInForeground(bundle, state.helper, 'inherit'), stdout: '' }
    : await runLogged(bundle, state.helper, spec);
  if (result.exitCode === 0) return result;
  const reason = state.helper.isAlive() ? await bundle.refusal() : 'its container has ended';
  if (reason !== undefined) throw notStarted(spec.argv, reason);
  await tellFullDisk(state.host.dataDir, spec.log);
  return result;
}

async function runLogged(
  launch: Launch,
  helper: Helper,
  { stdin, stdout, log, signal }: ExecSpec,
): Promise<ExecResult> {
  const ended = new AbortController();
  const kill = (): void => void killFirst(launch, helper, ended.signal);
  signal?.addEventListener('abort', kill, { once: true });
  try {
    return await runCommand({
      argv: launch.argv,
      log,
      ...(stdin !== undefined && { stdin }),
      ...(stdout && { stdout }),
    });
  } finally {
    ended.abort();
    signal?.removeEventListener('abort', kill);
  }
}

const pollMs = 20;

/** Kills the first process of a container, and so all of them, as soon as it is there. runc then tidies up. */
async function killFirst(launch: Launch, helper: Helper, ended: AbortSignal): Promise<void> {
  for (; !ended.aborted; await sleep(pollMs)) {
    const pid = await launch.pid();
    if (pid !== undefined) await runCommand({ argv: helper.enter(['sh', '-c', `kill -KILL ${pid}`]) });
  }
}

async function toContainer(state: SessionState, spec: ExecSpec, overlay: Overlay): Promise<ContainerSpec> {
  const { options = {}, env } = state.spec;
  const cwd = spec.cwd ?? '/';
  const inputs = (spec.inputs ?? []).map((input) => ({ ...input, readOnly: true }));
  const ofHooks = spec.root === state.hooks.root ? state.hooks : undefined;
  const binds = [...state.binds, ...targetBind(state, spec), ...inputs, ...(ofHooks?.binds ?? [])];
  const { user } = spec;
  const tmpfs = [...(spec.tmpfs ?? []), ...(ofHooks?.tmpfs ?? [])];
  return {
    rootDir: overlay.mountPoint,
    readOnlyRoot: false,
    argv: spec.argv,
    env: Object.entries({ PATH: defaultPath, HOME: '/root', ...env, ...spec.env }).map((pair) =>
      pair.join('='),
    ),
    cwd,
    uid: user?.uid ?? 0,
    gid: user?.gid ?? 0,
    additionalGids: user?.additionalGids ?? [],
    hostname: 'kubler',
    ...applyOptions(options),
    noNewPrivileges: (user?.uid ?? 0) === 0,
    terminal: spec.attach === 'terminal',
    network: spec.network ?? 'none',
    ...(await settle(state, overlay, { binds, tmpfs, cwd })),
    arch: process.arch,
  };
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function targetBind(state: SessionState, spec: ExecSpec): readonly Bind[] {
  const target = state.roots.get('target');
  if (spec.root !== 'builder' || !target) return [];
  return [
    { hostPath: target.mountPoint, containerPath: targetRootPath, readOnly: spec.targetReadOnly ?? false },
  ];
}

/**
 * Notes which mount points are not in the root, for runc will make them, and names the others by their real path.
 */
async function settle(
  state: SessionState,
  overlay: Overlay,
  { binds, tmpfs, cwd }: Mounts,
): Promise<Pick<ContainerSpec, 'binds' | 'tmpfs'>> {
  const rootDir = state.helper.view(overlay.mountPoint);
  const paths = [
    ...systemMountPoints,
    cwd,
    ...[...binds, ...tmpfs].map(({ containerPath }) => containerPath),
  ];
  const resolved = new Map<string, string>();
  for (const path of paths) {
    const found = await resolveInRoot(rootDir, path);
    resolved.set(path, found.path);
    state.points.push(...found.missing.map((missing) => ({ rootDir, path: missing })));
  }
  const real = <Mount extends { readonly containerPath: string }>(mount: Mount): Mount => ({
    ...mount,
    containerPath: resolved.get(mount.containerPath) ?? mount.containerPath,
  });
  return { binds: binds.map(real), tmpfs: tmpfs.map(real) };
}

/** What is mounted for one command, and the folder it starts in. */
type Mounts = Pick<ContainerSpec, 'binds' | 'tmpfs' | 'cwd'>;

/** Only when nothing runs: removing a mount point would take the mount from a container that uses it. */
async function tidy(state: SessionState): Promise<void> {
  const points = state.points.splice(0);
  if (!state.helper.isAlive()) return;
  for (const rootDir of new Set(points.map((point) => point.rootDir))) {
    const paths = points.filter((point) => point.rootDir === rootDir).map(({ path }) => path);
    await removeMountPoints(rootDir, paths);
  }
}
