import type { BuildMount, ContainerOptions } from '../../model/container-options.ts';
import { parseMount } from './parse-mount.ts';
import { readDockerArgs } from './read-docker-args.ts';
import { readSeccomp } from './read-seccomp.ts';
import type { VariableReader } from './variable-reader.ts';

/** Whose values name files of this machine. */
export const mountVariables = ['BUILDER_MOUNTS', 'BUILDER_DOCKER_ARGS'] as const;

/**
 * What BUILDER_MOUNTS, BUILDER_CAPS_SYS_PTRACE, BUILDER_SECCOMP and BUILDER_DOCKER_ARGS ask for. Faults are noted.
 * @param dir the folder of the build.conf
 */
export async function readContainerOptions(reader: VariableReader, dir: string): Promise<ContainerOptions> {
  const seccomp = await readSeccomp(reader, dir);
  return merge([
    ...readMounts(reader, dir).map((mount) => ({ mounts: [mount] })),
    ...readDockerArgs(reader, 'BUILDER_DOCKER_ARGS_GLOBAL', dir),
    ...readDockerArgs(reader, 'BUILDER_DOCKER_ARGS', dir),
    ...(reader.text('BUILDER_CAPS_SYS_PTRACE') === 'true' ? [{ ptrace: true }] : []),
    ...(seccomp === undefined ? [] : [{ seccomp }]),
  ]);
}

function readMounts(reader: VariableReader, dir: string): readonly BuildMount[] {
  const mounts = (reader.list('BUILDER_MOUNTS') ?? []).map((text) => parseMount(text, dir));
  return mounts.flatMap((mount) => {
    if (typeof mount !== 'string') return [mount];
    reader.fault('BUILDER_MOUNTS', mount);
    return [];
  });
}

const lists = ['mounts', 'tmpfs', 'hosts', 'dns', 'capDrop', 'ulimits'] as const;
const records = ['env', 'limits'] as const;

/** Lists one after the other, records member by member; of anything else the last. */
function merge(all: readonly ContainerOptions[]): ContainerOptions {
  const last = Object.assign({}, ...all) as ContainerOptions;
  const isSet = (name: keyof ContainerOptions): boolean => last[name] !== undefined;
  const joined = lists.filter(isSet).map((name) => [name, all.flatMap<unknown>((each) => each[name] ?? [])]);
  const merged = records
    .filter(isSet)
    .map((name) => [name, Object.assign({}, ...all.map((each) => each[name])) as object]);
  return { ...last, ...(Object.fromEntries([...joined, ...merged]) as ContainerOptions) };
}
