import { join } from 'node:path';
import type { ApiEngineName } from '../../model/engine-status.ts';
import { readDockerContext, tlsFromEnv } from './docker-context.ts';
import { parseEndpoint, type Endpoint, type EndpointOptions } from './endpoint.ts';

/** A place where an engine may be. */
export interface Candidate {
  readonly endpoint: Endpoint;
  /** What names it: `DOCKER_HOST`, `context "far"`, `default socket`. */
  readonly source: string;
}

export interface EndpointSearch {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
}

/**
 * Where an engine may be: the one place that is set for it, or else its usual sockets, to be tried in this order.
 * Nothing is connected to. Throws `ENGINE_UNAVAILABLE` for a setting that cannot be read.
 */
export async function findEndpoints(
  engine: ApiEngineName,
  search: EndpointSearch,
): Promise<readonly Candidate[]> {
  const chosen = engine === 'docker' ? await chosenDocker(search) : chosenPodman(search);
  if (chosen) return [chosen];
  const { XDG_RUNTIME_DIR: runtimeDir } = search.env;
  return defaultSockets[engine](runtimeDir === '' ? undefined : runtimeDir).map((socketPath) => ({
    endpoint: { kind: 'unix', socketPath },
    source: 'default socket',
  }));
}

const systemSocket = { docker: '/var/run/docker.sock', podman: '/run/podman/podman.sock' } as const;

/** A user's own Podman comes before the system's, which few may use; Docker's client asks for the system's first. */
const defaultSockets: Readonly<Record<ApiEngineName, (runtimeDir: string | undefined) => readonly string[]>> =
  {
    docker: (dir) => [systemSocket.docker, ...(dir === undefined ? [] : [join(dir, 'docker.sock')])],
    podman: (dir) => [...(dir === undefined ? [] : [join(dir, 'podman/podman.sock')]), systemSocket.podman],
  };

async function chosenDocker({ env, homeDir }: EndpointSearch): Promise<Candidate | undefined> {
  const { DOCKER_HOST: host } = env;
  if (host)
    return candidate(host, {
      source: 'DOCKER_HOST',
      tls: tlsFromEnv(env, homeDir),
      remoteSocket: systemSocket.docker,
    });
  const context = await readDockerContext(env, homeDir);
  if (!context) return undefined;
  const source = `context "${context.name}"`;
  return candidate(context.host, { source, tls: context.tls, remoteSocket: systemSocket.docker });
}

/** podman(1), "Environment Variables". */
function chosenPodman({ env }: EndpointSearch): Candidate | undefined {
  const { CONTAINER_HOST: host, CONTAINER_SSHKEY: identityFile } = env;
  const options = {
    source: 'CONTAINER_HOST',
    identityFile: identityFile || undefined,
    remoteSocket: systemSocket.podman,
  };
  return host ? candidate(host, options) : undefined;
}

const candidate = (host: string, options: EndpointOptions): Candidate => ({
  endpoint: parseEndpoint(host, options),
  source: options.source,
});
