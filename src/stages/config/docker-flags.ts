import { z } from 'zod';
import type { ContainerOptions } from '../../model/container-options.ts';
import { parseSize } from '../../model/parse-size.ts';
import { faultOfPlace, parseMount } from './parse-mount.ts';

/** What the value of a flag asks for, or what is wrong with it, for people. `dir`: the folder of the build.conf. */
type Flag = (value: string, dir: string) => ContainerOptions | string;

const addHost: Flag = (value) => {
  const [, name, address = ''] = /^([\w.-]+):\[?([\da-fA-F.:]+)\]?$/.exec(value) ?? [];
  return name === undefined || !isAddress(address)
    ? `"${value}" is not NAME:ADDRESS`
    : { hosts: [{ name, address }] };
};

const isAddress = (text: string): boolean => z.union([z.ipv4(), z.ipv6()]).safeParse(text).success;

const capabilityName = (value: string): string => value.toUpperCase().replace(/^CAP_/, '');

const capAdd: Flag = (value) =>
  capabilityName(value) === 'SYS_PTRACE'
    ? { ptrace: true }
    : 'a build container can be given no capability but SYS_PTRACE';

const capDrop: Flag = (value) =>
  /^[A-Z_]+$/.test(capabilityName(value))
    ? { capDrop: [capabilityName(value)] }
    : `"${value}" is not the name of a capability`;

const env: Flag = (value) => {
  const [, name, text = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(value) ?? [];
  return name === undefined
    ? `"${value}" is not NAME=VALUE, and nothing is taken from the environment of Kubler`
    : { env: { [name]: text } };
};

const tmpfs: Flag = (value) => {
  const [containerPath = '', options = ''] = value.split(/:(.*)/s);
  const words = options.split(',').filter((word) => word !== '' && !isDefault.test(word));
  const [, size] = /^size=(.*)$/.exec(words[0] ?? '') ?? [];
  const sizeBytes = size === undefined ? undefined : parseSize(size);
  if (words.length > 1 || (words.length === 1 && sizeBytes === undefined))
    return `of its options only "size" can be set, not "${options}"`;
  return faultOfPlace(containerPath) ?? { tmpfs: [{ containerPath, sizeBytes }] };
};
const isDefault = /^(rw|nosuid|nodev|exec|mode=0?1777)$/;

const ulimitNames =
  /^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/;

const ulimit: Flag = (value) => {
  const [, name = '', soft, hard = soft] = /^(\w+)=(-1|\d{1,15})(?::(-1|\d{1,15}))?$/.exec(value) ?? [];
  return ulimitNames.test(name)
    ? { ulimits: [{ name, soft: Number(soft), hard: Number(hard) }] }
    : `"${value}" is not NAME=SOFT[:HARD]`;
};

const volume: Flag = (value, dir) => {
  const mount = parseMount(value, dir);
  return typeof mount === 'string' ? mount : { mounts: [mount] };
};

/** A flag whose value is a number, or a text, of some form. */
const simple =
  <T>(read: (value: string) => T | undefined, what: string, of: (read: T) => ContainerOptions): Flag =>
  (value) => {
    const found = read(value);
    return found === undefined ? `"${value}" is not ${what}` : of(found);
  };

const matching =
  (pattern: RegExp) =>
  (value: string): string | undefined =>
    pattern.test(value) ? value : undefined;

const positive =
  (pattern: RegExp) =>
  (value: string): number | undefined =>
    pattern.test(value) && Number(value) > 0 ? Number(value) : undefined;

/** The flags of `docker run` that BUILDER_DOCKER_ARGS may hold. Each takes a value. */
export const dockerFlags: ReadonlyMap<string, Flag> = new Map<string, Flag>([
  ['--add-host', addHost],
  ['--cap-add', capAdd],
  ['--cap-drop', capDrop],
  ['--cpus', simple(positive(/^\d+(\.\d+)?$/), 'a number', (cpus) => ({ limits: { cpus } }))],
  [
    '--cpuset-cpus',
    simple(matching(/^\d+(-\d+)?(,\d+(-\d+)?)*$/), 'a list such as 0-2,4', (cpuset) => ({
      limits: { cpuset },
    })),
  ],
  [
    '--dns',
    simple(
      (value) => (isAddress(value) ? value : undefined),
      'an address',
      (address) => ({ dns: [address] }),
    ),
  ],
  ['--env', env],
  ['--memory', simple(parseSize, 'a size', (memoryBytes) => ({ limits: { memoryBytes } }))],
  ['--pids-limit', simple(positive(/^\d{1,9}$/), 'a number', (pids) => ({ limits: { pids } }))],
  ['--shm-size', simple(parseSize, 'a size', (shmBytes) => ({ shmBytes }))],
  ['--tmpfs', tmpfs],
  ['--ulimit', ulimit],
  ['--volume', volume],
]);

export const shortFlags: Readonly<Record<string, string>> = {
  '-e': '--env',
  '-m': '--memory',
  '-v': '--volume',
};

/** Why some others are not among them. */
export const refusedFlags: Readonly<Record<string, string>> = {
  '--privileged': 'build containers are never privileged',
  '--device': 'build containers get no devices of the host',
  '--security-opt': 'BUILDER_SECCOMP says which system calls there are, and nothing else can be loosened',
  '--pid': 'build containers have processes of their own',
  '--ipc': 'build containers have memory of their own',
  '--userns': 'build containers stay in the user namespace they are in',
  '--network': 'hooks have the network of the host, package managers have none',
  '--mount': 'use BUILDER_MOUNTS',
};
