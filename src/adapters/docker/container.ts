import { KublerError } from '../../errors.ts';
import type { ContainerOptions } from '../../model/container-options.ts';
import type { ExecSpec } from '../../ports/engine.ts';
import { toHostOptions } from './container-options.ts';
import type { DockerHost } from './host.ts';
import { apiPath, request } from './request.ts';
import { holdPath, type BindMount } from './supplies.ts';

/** What is settled when a container is made. */
export interface ContainerSpec {
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly mounts: readonly BindMount[];
  readonly tmpfs: NonNullable<ExecSpec['tmpfs']>;
  readonly network: 'host' | 'none';
  /** Whoever runs commands that do not say so; root by default. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  readonly options: ContainerOptions;
  /** Where the daemon's machine has the seccomp profile of the options. */
  readonly seccompPath: string;
  /** Devices of every Linux machine, by name → path in the container. */
  readonly devices?: ReadonlyMap<string, string>;
}

/**
 * Starts a container that does nothing but wait for commands. No environment: what an image's config says is kept with
 * every commit, and proxies are secret.
 * @returns its id
 */
export async function startContainer(host: DockerHost, spec: ContainerSpec): Promise<string> {
  const verb = 'start a container';
  const { Id } = await request<{ readonly Id: string }>(host, {
    ...{ verb, method: 'POST', path: '/containers/create' },
    body: {
      ...{ Image: spec.imageId, Hostname: 'kubler', WorkingDir: '/', Labels: spec.labels },
      // Podman makes accounts for a user that is named.
      ...(spec.user && { User: `${spec.user.uid}:${spec.user.gid}` }),
      ...{ Entrypoint: [`${holdPath}/hold`], Cmd: [], Env: [] },
      HostConfig: hostConfig(host, spec),
    },
  });
  await request(host, { verb, method: 'POST', path: apiPath`/containers/${Id}/start` });
  return Id;
}

function hostConfig(host: DockerHost, spec: ContainerSpec): object {
  const tmpfs = spec.tmpfs.map(({ containerPath, sizeBytes }) => [
    containerPath,
    [
      'nosuid',
      'nodev',
      'exec',
      'mode=1777',
      ...(sizeBytes === undefined ? [] : [`size=${sizeBytes}`]),
    ].join(),
  ]);
  return {
    NetworkMode: spec.network,
    Mounts: spec.mounts,
    Tmpfs: Object.fromEntries(tmpfs) as unknown,
    CapDrop: ['ALL'],
    GroupAdd: (spec.user?.additionalGids ?? []).map(String),
    ...toHostOptions(host, spec.options, spec),
    Devices: [...(spec.devices ?? [])].map(([name, PathInContainer]) => ({
      ...{ PathOnHost: `/dev/${name}`, PathInContainer, CgroupPermissions: 'rw' },
    })),
  };
}

/** Kills a container and removes it with what it wrote; one that is gone does not matter. */
export async function removeContainer(host: DockerHost, id: string): Promise<void> {
  const query = { force: true, v: true };
  await request(host, {
    ...{ verb: 'remove a container', method: 'DELETE', path: apiPath`/containers/${id}`, query },
    evenInterrupted: true,
  }).catch(() => undefined);
}

/** Where the daemon's machine has the root of a running container mounted. */
export async function rootPath(host: DockerHost, id: string): Promise<string> {
  const { GraphDriver } = await request<{
    readonly GraphDriver?: { readonly Data: { readonly MergedDir?: string } | null };
  }>(host, { verb: 'look at a container', method: 'GET', path: apiPath`/containers/${id}/json` });
  const path = GraphDriver?.Data?.MergedDir;
  if (path !== undefined && path !== '') return path;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot build with ${host.name}: it does not say where roots are mounted`,
  );
}
