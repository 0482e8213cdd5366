import { existsSync, readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import Docker from 'dockerode';
import { KublerError } from '../../errors.ts';
import { apiVersion } from './api-version.ts';
import { describeEndpoint, type DirectEndpoint, type Tls } from './endpoint.ts';

export type { Docker };

/**
 * A client of an engine's API, Docker's or Podman's: both speak Docker's. Nothing is sent yet. An `ssh` endpoint becomes a direct one by `openEndpoint`. Throws
 * `ENGINE_UNAVAILABLE` when files of the endpoint cannot be read.
 * @param version of the API; empty: the newest the engine knows
 */
export function connect(endpoint: DirectEndpoint, version = apiVersion): Docker {
  try {
    return new Docker({
      ...toOptions(endpoint),
      version: version === '' ? '' : `v${version}`,
    });
  } catch (error) {
    const reason = (error as Error).message;
    throw new KublerError(
      'ENGINE_UNAVAILABLE',
      `cannot connect to ${describeEndpoint(endpoint)}: ${reason}`,
      {
        cause: error,
      },
    );
  }
}

function toOptions(endpoint: DirectEndpoint): Docker.DockerOptions {
  if (endpoint.kind === 'unix') return { socketPath: endpoint.socketPath };
  const { host, port, tls } = endpoint;
  return { host, port, ...(tls && { protocol: 'https', agent: tlsAgent(tls) }) };
}

/** Files that are not there are left out, as Docker's client does: not every daemon asks who calls. */
function tlsAgent({ caFile, certFile, keyFile, verify }: Tls): Agent {
  const read = (file: string | undefined): Buffer | undefined =>
    file !== undefined && existsSync(file) ? readFileSync(file) : undefined;
  const [ca, cert, key] = [caFile, certFile, keyFile].map(read);
  return new Agent({
    rejectUnauthorized: verify,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  });
}
