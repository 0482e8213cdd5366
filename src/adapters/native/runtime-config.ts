import { seccompProfile } from './seccomp.ts';

/** A folder or file of the host in a container. */
export interface Bind {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerSpec {
  readonly rootDir: string;
  readonly argv: readonly string[];
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly hostname: string;
  /** Names with `CAP_`. */
  readonly capabilities: readonly string[];
  /** False: setuid programs and file capabilities work. */
  readonly noNewPrivileges: boolean;
  readonly terminal: boolean;
  /** `none`: a network of its own, with nothing in it. */
  readonly network: 'host' | 'none';
  readonly binds: readonly Bind[];
  /** The machine, as `process.arch` names it. */
  readonly arch: string;
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
export function toRuntimeConfig(spec: ContainerSpec) {
  return {
    ociVersion: '1.0.2',
    hostname: spec.hostname,
    root: { path: spec.rootDir, readonly: false },
    process: {
      terminal: spec.terminal,
      user: { uid: spec.uid, gid: spec.gid, additionalGids: spec.additionalGids, umask: 0o022 },
      args: spec.argv,
      env: spec.env,
      cwd: spec.cwd,
      noNewPrivileges: spec.noNewPrivileges,
      capabilities: capabilitySets(spec),
    },
    mounts: [...systemMounts, ...spec.binds.map(toMount)],
    linux: {
      namespaces: namespaces(spec).map((type) => ({ type })),
      maskedPaths,
      readonlyPaths,
      seccomp: seccompProfile(spec.arch),
    },
  };
}

const namespaces = ({ network }: ContainerSpec): readonly string[] => [
  ...['pid', 'mount', 'ipc', 'uts'],
  ...(network === 'none' ? ['network'] : []),
];

/** A user other than root holds none, but may get those of a program it starts. */
function capabilitySets({ uid, capabilities }: ContainerSpec) {
  const held = uid === 0 ? capabilities : [];
  return { bounding: capabilities, effective: held, permitted: held };
}

const systemMounts = [
  mount('/proc', 'proc', ['nosuid', 'noexec', 'nodev']),
  mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=64m']),
  mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
  mount('/dev/shm', 'tmpfs', ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=1g']),
  mount('/sys', 'sysfs', ['nosuid', 'noexec', 'nodev', 'ro']),
];

function mount(destination: string, type: string, options: readonly string[]) {
  return { destination, type, source: type, options };
}

const toMount = ({ hostPath, containerPath, readOnly }: Bind) => ({
  destination: containerPath,
  type: 'bind',
  source: hostPath,
  options: readOnly ? ['rbind', 'rro', 'nosuid', 'nodev'] : ['rbind', 'rw'],
});
