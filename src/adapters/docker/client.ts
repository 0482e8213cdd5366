import Docker from 'dockerode';
import type { Endpoint } from './endpoint.ts';

/** A client of the daemon at `endpoint`; nothing is sent yet. Of Docker and Podman alike: both speak the Docker API. */
export function connect({ socketPath }: Endpoint): Docker {
  return new Docker({ socketPath, version: apiVersion });
}

/** Of Docker 20.10; Podman 4 and later answer to it too. Newer daemons go on answering to older versions. */
const apiVersion = 'v1.41';
