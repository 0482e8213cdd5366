import type { RunSpec } from '../../ports/engine.ts';
import type { DockerHost } from './host.ts';
import { request } from './request.ts';

/**
 * Makes a volume in memory for each `tmpfs` of a container: a tmpfs of its own would get the permissions of the folder it
 * covers, whatever its options say.
 * @returns how they are mounted, without what the image has there, as `HostConfig.Binds` of the API has it
 */
export function makeVolumes(
  host: DockerHost,
  { tmpfs = [] }: RunSpec,
  labels: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  return Promise.all(
    tmpfs.map(async (path) => {
      const { Name } = await request<{ readonly Name: string }>(host, {
        ...{ verb: 'make a volume', method: 'POST', path: '/volumes/create' },
        body: { Labels: labels, Driver: 'local', DriverOpts: inMemory },
      });
      return `${Name}:${path}:nocopy`;
    }),
  );
}

/** mount(8) */
const inMemory = { type: 'tmpfs', device: 'tmpfs', o: 'mode=1777,nosuid,nodev' };
