import { assert } from '../../errors.ts';
import { targetRootPath, type Root } from '../../ports/engine.ts';
import { removeContainer, rootPath, startContainer, type ContainerSpec } from './container.ts';
import { runExec } from './run-exec.ts';
import { listChanges, type Change } from './list-changes.ts';
import { rootOf, type Running, type SessionState, type Shape } from './session-state.ts';
import { commitContainer } from './snapshots.ts';
import type { BindMount } from './supplies.ts';

/** Where a builder that is to leave the target root alone has it all the same, for what Kubler itself does there. */
export const hiddenTargetPath = '/.kubler-target';

export const plainShape: Shape = { network: 'none', tmpfs: [], inputs: [] };

/** Has the target's container run in a shape, on top of what was kept if it is going to be written to. */
export async function needTarget(
  state: SessionState,
  shape: Shape | undefined,
  writes: boolean,
): Promise<Running> {
  const target = rootOf(state, 'target');
  const fits = shape === undefined || JSON.stringify(shape) === JSON.stringify(target.running?.shape);
  if (target.running && (!fits || (target.kept && writes))) await stopTarget(state);
  target.running ??= await startTarget(state, shape ?? plainShape);
  target.dirty ||= writes;
  return target.running;
}

async function startTarget(state: SessionState, shape: Shape): Promise<Running> {
  const { imageId } = rootOf(state, 'target');
  const mounts = [...state.supplies.mounts, ...shape.inputs];
  const id = await start(state, 'target', { ...shape, imageId, mounts });
  return { id, shape, targetWritable: true };
}

/** Starts a container of a root, with what the options of the session say. */
function start(
  { host, labels, hooks, supplies, spec: { options = {} } }: SessionState,
  root: Root,
  container: Omit<ContainerSpec, 'labels' | 'options' | 'seccompPath'>,
): Promise<string> {
  const own = root === hooks.root ? hooks : { mounts: [], tmpfs: [] };
  return startContainer(host, {
    ...{ ...container, labels, options, seccompPath: supplies.seccompPath },
    mounts: [...container.mounts, ...own.mounts],
    tmpfs: [...container.tmpfs, ...own.tmpfs],
  });
}

/** Has the builder's container run on the target as it is now, able to change it or not. */
export async function needBuilder(state: SessionState, writesTarget: boolean): Promise<Running> {
  const builder = rootOf(state, 'builder');
  const target = await needTarget(state, undefined, writesTarget);
  if (builder.running && writesTarget && !builder.running.targetWritable) await stopBuilder(state);
  builder.running ??= await startBuilder(state, target, writesTarget);
  return builder.running;
}

/** Hooks of the builder may fetch what they need: it shares the network of the daemon's machine. */
async function startBuilder(state: SessionState, target: Running, targetWritable: boolean): Promise<Running> {
  const { host, supplies } = state;
  const path = await rootPath(host, target.id);
  const bind = (Target: string, ReadOnly: boolean): BindMount => ({
    Type: 'bind',
    Source: path,
    Target,
    ReadOnly,
  });
  const roots = targetWritable
    ? [bind(targetRootPath, false)]
    : [bind(targetRootPath, true), bind(hiddenTargetPath, false)];
  const shape: Shape = { ...plainShape, network: 'host' };
  const { imageId } = rootOf(state, 'builder');
  const id = await start(state, 'builder', { ...shape, imageId, mounts: [...supplies.mounts, ...roots] });
  await sweep(state, id, targetWritable ? targetRootPath : hiddenTargetPath);
  return { id, shape, targetWritable };
}

/**
 * Removes what engines put in a root that has none, to mount their own over it: files that are empty and executable, and
 * a link. Otherwise they would be part of an image. A target that runs loses what is mounted there, and has no use for it:
 * only RUN has a network, and it has ended when the builder looks at what it has done.
 */
async function sweep({ host }: SessionState, builderId: string, cwd: string): Promise<void> {
  const files = [
    '.dockerenv',
    'etc/hosts',
    'etc/hostname',
    'etc/resolv.conf',
    'dev/console',
    'run/.containerenv',
  ];
  const isEngines = ['(', '-type', 'f', '-empty', '-perm', '0755', '-o', '-lname', '/proc/mounts', ')'];
  await runExec(host, builderId, {
    argv: ['find', ...files, 'etc/mtab', '-maxdepth', '0', ...isEngines, '-delete'],
    ...{ env: [], cwd, user: '0:0', log: () => undefined },
  });
}

/** Stops the container of the target, and the builder's with it, whose view of it ends. What is in them is not lost. */
export async function stopTarget(state: SessionState): Promise<void> {
  const target = rootOf(state, 'target');
  const { running } = target;
  if (!running) return;
  await stopBuilder(state);
  await Promise.allSettled(target.commands);
  if (target.dirty) target.imageId = await commitContainer(state.host, running.id);
  await forgetTarget(state);
}

/** Removes the container of the target, and with it what was not kept. The builder's must not run. */
export async function forgetTarget(state: SessionState): Promise<void> {
  const target = rootOf(state, 'target');
  const { running } = target;
  assert(!state.roots.get('builder')?.running, 'the builder looks at a target root that goes');
  Object.assign(target, { running: undefined, dirty: false, kept: false });
  if (running) await removeContainer(state.host, running.id);
}

/** Stops the container of the builder, if it runs. What is in it is not lost. */
export async function stopBuilder(state: SessionState): Promise<void> {
  const builder = state.roots.get('builder');
  const running = builder?.running;
  if (!builder || !running) return;
  await Promise.allSettled(builder.commands);
  if (await hasChanged(state, running.id)) builder.imageId = await commitContainer(state.host, running.id);
  builder.running = undefined;
  await removeContainer(state.host, running.id);
}

/** Whether a builder's root differs from its image in more than mount points. */
async function hasChanged({ host, supplies, hooks }: SessionState, id: string): Promise<boolean> {
  const points = [
    ...[...supplies.mounts, ...hooks.mounts].map(({ Target }) => Target),
    ...hooks.tmpfs.map(({ containerPath }) => containerPath),
    ...enginePoints,
  ];
  const isPoint = ({ Path }: Change) => points.some((point) => `${point}/`.startsWith(`${Path}/`));
  // Commands that only look make files in /tmp, and remove them.
  const isTouched = ({ Path, Kind }: Change) => Path === '/tmp' && Kind === 0;
  return (await listChanges(host, id)).some((change) => !isPoint(change) && !isTouched(change));
}

const enginePoints = [
  ...[targetRootPath, hiddenTargetPath, '/.dockerenv', '/run/.containerenv', '/proc', '/sys'],
  ...['/dev', '/dev/console', '/dev/pts', '/dev/shm', '/dev/mqueue'],
  ...['hosts', 'hostname', 'resolv.conf', 'mtab'].map((name) => `/etc/${name}`),
];
