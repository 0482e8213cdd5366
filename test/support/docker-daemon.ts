import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Docker daemon, or Podman's service that speaks the same, of one test. */
export interface DockerDaemon {
  readonly socketPath: string;
  /** The same as DOCKER_HOST and CONTAINER_HOST have it. */
  readonly host: string;
  /** Runs the Docker client with BuildKit and returns what it prints. */
  readonly docker: (args: readonly string[], input?: Uint8Array) => Buffer;
  readonly stop: () => Promise<void>;
  /** As `kill -9`. */
  readonly kill: () => void;
}

/** Debian's client has BuildKit in it; others need a plugin for it. */
const client = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

/**
 * Starts a daemon that has everything below `dir`, a bridge of its own, and leaves the host's rules alone: its containers
 * reach this machine only, whose ports they publish by a proxy.
 * @param options further ones of dockerd(8)
 */
export function startDocker(dir: string, options: readonly string[] = []): Promise<DockerDaemon> {
  mkdirSync(dir, { recursive: true });
  // Of a daemon that was killed: its id may be that of a zombie, which counts as running.
  for (const file of ['pidfile', 'exec-root/containerd/containerd.pid'])
    rmSync(join(dir, file), { force: true });
  const socketPath = join(dir, 'socket');
  const places = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(dir, name)}`);
  const bridge = addBridge(dir);
  const network = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', `--bridge=${bridge}`];
  const args = [...places, ...network, `--host=unix://${socketPath}`, ...options];
  return startDaemon(['dockerd', ...args], socketPath, {}, () => removeBridge(bridge));
}

/**
 * Starts a daemon as if on another machine: in a network of its own, with its files in a memory nobody else sees, and
 * without `hidden` folders of this machine. Only its socket, in `dir`, is shared.
 */
export function startFarDocker(dir: string, hidden: readonly string[]): Promise<DockerDaemon> {
  const [socketPath, own] = [join(dir, 'socket'), join(dir, 'own')];
  mkdirSync(own, { recursive: true });
  const mounts = [own, ...hidden].map((folder) => `mount -t tmpfs tmpfs '${folder}'`);
  const places = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(own, name)}`);
  const network = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
  const daemon = ['dockerd', ...places, ...network, `--host=unix://${socketPath}`];
  const script = ['set -e', ...mounts, 'ip link set lo up', `exec ${daemon.join(' ')}`].join('\n');
  return startDaemon(['unshare', '--net', '--mount', 'sh', '-c', script], socketPath);
}

/**
 * Makes the bridge of a folder's daemon, unless a killed one left it. (Without one, daemons remove that of the machine.)
 * Its addresses are of the networks that nobody has: those to measure with (RFC 2544).
 * @returns its name
 */
function addBridge(dir: string): string {
  const [first = 0, second = 0, ...rest] = createHash('sha256').update(dir).digest();
  const name = `kt-${Buffer.from(rest).toString('hex').slice(0, 12)}`;
  if (existsSync(`/sys/class/net/${name}`)) return name;
  execFileSync('ip', ['link', 'add', name, 'type', 'bridge']);
  execFileSync('ip', ['address', 'add', `198.${18 + (first % 2)}.${second}.1/24`, 'dev', name]);
  execFileSync('ip', ['link', 'set', name, 'up']);
  return name;
}

const removeBridge = (name: string): void => void spawnSync('ip', ['link', 'delete', name]);

/** For machines without CAP_SYS_RESOURCE, whose cgroups are not systemd's. */
const podmanConfig = `[containers]
default_ulimits=["nofile=1024:4096","nproc=1024:4096"]
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
`;

/** Starts Podman's service with everything below `dir`. */
export function startPodman(dir: string): Promise<DockerDaemon> {
  mkdirSync(dir, { recursive: true });
  const [config, socketPath] = [join(dir, 'containers.conf'), join(dir, 'socket')];
  writeFileSync(config, podmanConfig);
  const places = ['root', 'runroot', 'tmpdir'].map((name) => `--${name}=${join(dir, name)}`);
  const service = ['podman', ...places, 'system', 'service', '--time=0', `unix://${socketPath}`] as const;
  return startDaemon([...service], socketPath, { CONTAINERS_CONF: config });
}

async function startDaemon(
  [command = '', ...args]: readonly string[],
  socketPath: string,
  env = {},
  cleanUp: () => void = () => undefined,
): Promise<DockerDaemon> {
  const host = `unix://${socketPath}`;
  const log = `${socketPath}.log`;
  const output = openSync(log, 'w');
  const daemon = spawn(command, args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  });
  closeSync(output);
  const docker = (clientArgs: readonly string[], input?: Uint8Array): Buffer =>
    execFileSync(client, ['--host', host, ...clientArgs], {
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input && { input }),
    });
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null && daemon.signalCode === null) {
      daemon.kill('SIGTERM');
      await once(daemon, 'exit');
    }
    cleanUp();
    // What daemons leave mounted is in the way of whoever removes their folders.
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[4] ?? '');
    const own = mounts.filter((point) => point.startsWith(`${dirname(socketPath)}/`)).reverse();
    for (const point of own) spawnSync('umount', [point]);
  };
  for (let tries = 0; tries < 150; tries += 1) {
    try {
      docker(['version']);
      return { socketPath, host, docker, stop, kill: () => void daemon.kill('SIGKILL') };
    } catch {
      if (daemon.exitCode !== null) break;
      await sleep(200);
    }
  }
  await stop();
  throw new Error(`${command} does not answer: ${readFileSync(log, 'utf8').slice(-2000)}`);
}
