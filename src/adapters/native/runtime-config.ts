import type { ContainerOptions } from '../../model/container-options.ts';
import type { ExecSpec, Mount } from '../../ports/engine.ts';
import { toRuntimeSeccomp } from './seccomp-profile.ts';
import { seccompProfile } from './seccomp.ts';

/** A folder or file of the host in a container. */
export type Bind = Mount;

/** A process of a container. */
export interface ProcessSpec {
  readonly argv: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  /** Names with `CAP_`. */
  readonly capabilities: readonly string[];
  /** False: setuid programs and file capabilities work. */
  readonly noNewPrivileges: boolean;
  readonly terminal: boolean;
  readonly rlimits?: readonly { readonly type: string; readonly soft: number; readonly hard: number }[];
}

export interface ContainerSpec extends ProcessSpec {
  readonly rootDir: string;
  readonly readOnlyRoot: boolean;
  readonly hostname: string;
  /** `none`: a network of its own, with nothing in it; a path: the network namespace that file stands for. */
  readonly network: 'host' | 'none' | { readonly path: string };
  /** Below everything else that is mounted. */
  readonly volumes?: readonly Bind[];
  readonly binds: readonly Bind[];
  readonly tmpfs: NonNullable<ExecSpec['tmpfs']>;
  /** The machine, as `process.arch` names it. */
  readonly arch: string;
  /** Instead of the engine's own. */
  readonly seccomp?: NonNullable<ContainerOptions['seccomp']>;
  /** Of /dev/shm; default 1 GiB. */
  readonly shmBytes?: number;
}

/** Where file systems of the kernel are mounted; what is below them is no part of the root. */
export const systemMountPoints = ['/proc', '/dev', '/sys'] as const;

/** What /proc and /sys must not show or let change, as other container engines have it. */
const maskedPaths = [
  ...['/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/scsi'],
  ...[
    '/proc/sched_debug',
    '/proc/timer_list',
    '/proc/timer_stats',
    '/sys/devices/virtual/powercap',
    '/sys/firmware',
  ],
];
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

/**
 * The config.json of a container (Open Container Initiative runtime-spec v1.0.2, config.md): namespaces of its own
 * but for users and, unless asked for, the network; no cgroup, the standard devices only.
 */
export function toRuntimeConfig(
  spec: ContainerSpec,
  { inUserNamespace = false }: { readonly inUserNamespace?: boolean } = {},
) {
  return {
    ociVersion: '1.0.2',
    hostname: spec.hostname,
    root: { path: spec.rootDir, readonly: spec.readOnlyRoot },
    process: toProcess(spec),
    mounts: [
      ...systemMounts,
      mount('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', `size=${spec.shmBytes ?? '1g'}`]),
      // Only who owns a network may mount a view of its devices.
      inUserNamespace && spec.network === 'host' ? hostSys : ownSys,
      ...(spec.volumes ?? []).map(toMount),
      ...spec.tmpfs.map(toTmpfs),
      ...spec.binds.map(toMount),
    ],
    linux: {
      namespaces: namespaces(spec),
      maskedPaths,
      readonlyPaths,
      ...(spec.seccomp !== 'unconfined' && { seccomp: seccompOf(spec) }),
    },
  };
}

const seccompOf = (spec: ContainerSpec): object =>
  typeof spec.seccomp === 'object' ? toRuntimeSeccomp(spec.seccomp, spec) : seccompProfile(spec.arch);

/** A process as config.json and `runc exec --process` take it. */
export function toProcess(spec: ProcessSpec) {
  return {
    terminal: spec.terminal,
    user: { uid: spec.uid, gid: spec.gid, additionalGids: spec.additionalGids, umask: 0o022 },
    args: spec.argv,
    env: spec.env,
    cwd: spec.cwd,
    noNewPrivileges: spec.noNewPrivileges,
    capabilities: capabilitySets(spec),
    ...(spec.rlimits && spec.rlimits.length > 0 && { rlimits: spec.rlimits }),
  };
}

function namespaces({ network }: ContainerSpec) {
  const own = ['pid', 'mount', 'ipc', 'uts'].map((type) => ({ type }));
  if (network === 'host') return own;
  return [...own, { type: 'network', ...(network !== 'none' && network) }];
}

/** A user other than root holds none, but may get those of a program it starts. */
function capabilitySets({ uid, capabilities }: ProcessSpec) {
  const held = uid === 0 ? capabilities : [];
  return { bounding: capabilities, effective: held, permitted: held };
}

const systemMounts = [
  mount('/proc', 'proc', ['nosuid', 'noexec', 'nodev']),
  mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=64m']),
  mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
];
const ownSys = mount('/sys', 'sysfs', ['nosuid', 'noexec', 'nodev', 'ro']);
const hostSys = {
  ...ownSys,
  type: 'bind',
  source: '/sys',
  options: ['rbind', 'rro', 'nosuid', 'noexec', 'nodev'],
};

function mount(destination: string, type: string, options: readonly string[]) {
  return { destination, type, source: type, options };
}

const toTmpfs = ({ containerPath, sizeBytes }: ContainerSpec['tmpfs'][number]) =>
  mount(containerPath, 'tmpfs', [
    ...['nosuid', 'nodev', 'mode=1777'],
    ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
  ]);

const toMount = ({ hostPath, containerPath, readOnly }: Bind) => ({
  destination: containerPath,
  type: 'bind',
  source: hostPath,
  options: readOnly ? ['rbind', 'rro', 'nosuid', 'nodev'] : ['rbind', 'rw'],
});
