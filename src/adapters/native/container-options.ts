import type { ContainerOptions } from '../../model/container-options.ts';
import { buildCapabilities } from './capabilities.ts';
import type { ContainerSpec } from './runtime-config.ts';

/** As good as none: JSON has no 64-bit RLIM_INFINITY (getrlimit(2)), and runc takes no other name for it. */
const noLimit = 2 ** 62;

/** What the options of a session say about its containers, wherever their root is. */
export function applyOptions(
  options: ContainerOptions,
): Pick<ContainerSpec, 'capabilities' | 'seccomp' | 'rlimits' | 'shmBytes'> {
  const { ptrace = false, capDrop = [], seccomp, ulimits = [], shmBytes } = options;
  const dropped = new Set(capDrop.map((name) => `CAP_${name}`));
  const all = [...buildCapabilities, ...(ptrace ? ['CAP_SYS_PTRACE'] : [])];
  const toLimit = (value: number): number => (value < 0 ? noLimit : value);
  return {
    capabilities: all.filter((name) => !dropped.has('CAP_ALL') && !dropped.has(name)),
    ...(seccomp && { seccomp }),
    rlimits: ulimits.map(({ name, soft, hard }) => ({
      type: `RLIMIT_${name.toUpperCase()}`,
      soft: toLimit(soft),
      hard: toLimit(hard),
    })),
    ...(shmBytes !== undefined && { shmBytes }),
  };
}
