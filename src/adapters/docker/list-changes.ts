import type { DockerHost } from './host.ts';
import { apiPath, request } from './request.ts';

/** A path of a container's root that is not as in its image. */
export interface Change {
  readonly Path: string;
  /** 0: it, or something in it, was changed; 1: added; 2: removed. */
  readonly Kind: 0 | 1 | 2;
}

/** How a container's root differs from its image, mount points included. */
export async function listChanges(host: DockerHost, containerId: string): Promise<readonly Change[]> {
  const path = apiPath`/containers/${containerId}/changes`;
  const call = { verb: 'look at a root', method: 'GET', path } as const;
  return (await request<readonly Change[] | null>(host, call)) ?? [];
}
