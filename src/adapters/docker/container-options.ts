import type { ContainerOptions } from '../../model/container-options.ts';
import { buildCapabilities } from './capabilities.ts';
import type { DockerHost } from './host.ts';

/** What the options of a session say about its containers, as members of `HostConfig`. */
export function toHostOptions(
  host: DockerHost,
  options: ContainerOptions,
  { network, seccompPath }: Where,
): object {
  const { hosts = [], dns = [], shmBytes } = options;
  return {
    CapAdd: capabilities(options),
    SecurityOpt: securityOptions(host, options, seccompPath),
    Ulimits: ulimits(host, options),
    ...(shmBytes !== undefined && { ShmSize: shmBytes }),
    // Names are of use to who has a network.
    ...(network === 'host' && {
      ExtraHosts: hosts.map(({ name, address }) => `${name}:${address}`),
      Dns: dns,
    }),
    ...toLimits(options),
  };
}

interface Where {
  readonly network: 'host' | 'none';
  /** Where the daemon's machine has the seccomp profile. */
  readonly seccompPath: string;
}

function capabilities({ ptrace = false, capDrop = [] }: ContainerOptions): readonly string[] {
  const all = [...buildCapabilities, ...(ptrace ? ['SYS_PTRACE'] : [])];
  return all.filter((name) => !capDrop.includes('ALL') && !capDrop.includes(name));
}

/** Docker takes the profile itself, Podman the path of a file that it can read. */
function securityOptions(
  { name }: DockerHost,
  { seccomp }: ContainerOptions,
  path: string,
): readonly string[] {
  if (seccomp === undefined) return [];
  if (seccomp === 'unconfined') return ['seccomp=unconfined'];
  return [`seccomp=${name === 'docker' ? JSON.stringify(seccomp) : path}`];
}

function ulimits(host: DockerHost, { ulimits: own = [] }: ContainerOptions): readonly object[] {
  const others = host.ulimits.filter(({ Name }) => !own.some(({ name }) => name === Name));
  return [...others, ...own.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard }))];
}

function toLimits({ limits = {} }: ContainerOptions): object {
  const { cpus, cpuset, memoryBytes, pids } = limits;
  return {
    ...(cpus !== undefined && { NanoCpus: Math.round(cpus * 1e9) }),
    ...(cpuset !== undefined && { CpusetCpus: cpuset }),
    ...(memoryBytes !== undefined && { Memory: memoryBytes }),
    ...(pids !== undefined && { PidsLimit: pids }),
  };
}
