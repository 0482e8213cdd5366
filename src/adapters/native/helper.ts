import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { KublerError } from '../../errors.ts';
import { collectOutput } from '../system/collect-output.ts';
import { throwIfAborted } from './interruption.ts';
import { overlayOptions, type Overlay, type OverlayPlace } from './overlay.ts';
import { exitStatus, runCommand, startCommand, withUmask, type Argv } from './run-command.ts';

export interface HelperSpec extends OverlayPlace {
  /** An empty folder of this session; runc keeps its state there, in memory. */
  readonly stateDir: string;
  readonly overlays: readonly Overlay[];
  /** Ends the helper and everything in it. */
  readonly signal?: AbortSignal;
}

/**
 * A process that owns mounts: PID 1 of its own PID, mount, IPC, UTS and cgroup namespaces. It lives until its standard input
 * ends, that is until it is disposed or this process dies, however it dies; the kernel then kills whatever runs in
 * the namespaces and drops the mounts with them.
 */
export interface Helper extends AsyncDisposable {
  readonly inUserNamespace: boolean;
  /** The command line that runs a command inside. */
  enter(argv: Argv): Argv;
  /** A path of the helper's mount namespace, as this process can open it. */
  view(path: string): string;
  mount(overlay: Overlay): Promise<void>;
  unmount(mountPoint: string): Promise<void>;
  /** False once it has ended for whatever reason. */
  isAlive(): boolean;
}

const namespaces = [
  '--mount',
  '--pid',
  '--ipc',
  '--uts',
  '--cgroup',
  '--fork',
  '--mount-proc',
  '--kill-child',
];

/**
 * runc makes cgroups even when asked for none, and they would outlive a killed helper. Over a read-only cgroup2
 * mount, with `--rootless=true`, it makes none, on hosts with version 1, 2 or both.
 */
const script = `
set -eu
umask 022
cd "$1"
mount -t tmpfs -o mode=700 tmpfs "$2"
mount -t cgroup2 -o ro none /sys/fs/cgroup
shift 2
while [ $# -gt 0 ]; do mount -t overlay overlay -o "$1" "$2"; shift 2; done
echo ready
read -r _ || :
`;

/** Starts a helper with these mounts made; rejects with `ENGINE_REFUSED` when one cannot be. */
export async function openHelper(spec: HelperSpec): Promise<Helper> {
  await mkdir(spec.stateDir, { recursive: true });
  const mounts = spec.overlays.flatMap((overlay) => [overlayOptions(spec, overlay), overlay.mountPoint]);
  const argv = ['sh', '-c', script, 'kubler', spec.layersDir, spec.stateDir, ...mounts];
  const child = startCommand(['unshare', ...namespaces, ...argv], 'pipe');
  const status = exitStatus(child);
  const [ready, errors] = [isReady(child, status), collectOutput(readable(child.stderr))];
  errors.catch(() => undefined);
  const close = async () => {
    child.stdin?.destroy();
    await status;
  };
  const onAbort = () => void close().catch(() => undefined);
  spec.signal?.addEventListener('abort', onAbort, { once: true });
  const dispose = async () => {
    spec.signal?.removeEventListener('abort', onAbort);
    await close();
  };
  if ((await ready) && spec.signal?.aborted !== true) {
    return { ...entrance(child, spec), [Symbol.asyncDispose]: dispose };
  }
  await dispose();
  if (spec.signal) throwIfAborted(spec.signal, 'open a container');
  throw refused('open a container', await errors);
}

function readable<T>(stream: T | null): T {
  if (!stream) throw new TypeError('a helper is started with pipes');
  return stream;
}

/** True when the script has printed its line; false when it has ended without. */
async function isReady(child: ChildProcess, status: Promise<number>): Promise<boolean> {
  const line = once(readable(child.stdout), 'data').then(() => true);
  line.catch(() => undefined);
  return Promise.race([line, status.then(() => false)]);
}

function entrance(child: ChildProcess, spec: HelperSpec): Omit<Helper, typeof Symbol.asyncDispose> {
  const process = `/proc/${child.pid ?? 0}`;
  const ns = (flag: string, name: string): string => `--${flag}=${process}/ns/${name}`;
  // unshare itself stays outside the PID namespace it made for its child.
  const flags = [ns('mount', 'mnt'), ns('pid', 'pid_for_children'), ns('ipc', 'ipc'), ns('uts', 'uts')];
  const enter = (argv: Argv): Argv => ['nsenter', ...flags, ...withUmask(argv)];
  const run = async (verb: string, argv: Argv): Promise<void> => {
    const lines: string[] = [];
    const { exitCode } = await runCommand({ argv: enter(argv), log: (line) => lines.push(line) });
    if (exitCode !== 0) throw refused(verb, lines.join('\n'));
  };
  return {
    inUserNamespace: spec.inUserNamespace,
    enter,
    view: (path) => `${process}/root${path}`,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    mount: (overlay) => run('mount a root', mountArgv(spec, overlay)),
    unmount: (mountPoint) => run('unmount a root', ['umount', mountPoint]),
  };
}

/** The lower layers are named relative to their folder, which nsenter(1) leaves. */
const mountArgv = (place: OverlayPlace, overlay: Overlay): Argv => [
  ...(['sh', '-c', 'cd "$1" && exec mount -t overlay overlay -o "$2" "$3"', 'kubler'] as const),
  place.layersDir,
  overlayOptions(place, overlay),
  overlay.mountPoint,
];

function refused(verb: string, output: string): KublerError {
  // mount(8) ends by naming another place to look at.
  const details = output.split('\n').filter((line) => line !== '' && !/^\s*dmesg\(1\)/.test(line));
  return new KublerError('ENGINE_REFUSED', `cannot ${verb}: ${details.at(-1) ?? 'its helper ended early'}`, {
    hint: '`kubler doctor` says what this host lacks',
    details: details.slice(0, -1),
  });
}
