import type { DockerHost } from './host.ts';
import { ownName } from './labels.ts';
import { removeStale } from './remove-stale.ts';
import { ownUlimits } from './ulimits.ts';

/** A daemon with the Docker API to make containers in. Clears away what dead processes left in it. */
export async function openHost(options: Omit<DockerHost, 'owner' | 'ulimits'>): Promise<DockerHost> {
  const ulimits = options.name === 'podman' ? await ownUlimits() : [];
  const host: DockerHost = { ...options, owner: await ownName(), ulimits };
  await removeStale(host);
  return host;
}
