import { posix, resolve } from 'node:path';
import type { BuildMount } from '../../model/container-options.ts';

/** Places that are the kernel's, or that Kubler has itself. */
const taken = /^\/(proc|sys|dev|config|emerge-root|\.kubler[^/]*)(\/|$)/;

/** What keeps a path from being mounted at in a build container; undefined: nothing. */
export function faultOfPlace(path: string): string | undefined {
  if (!path.startsWith('/') || posix.normalize(`${path}/`) !== `${path.replace(/\/$/, '')}/`)
    return `"${path}" is no absolute path without "." and ".."`;
  if (path === '/') return 'nothing can be mounted at /';
  const [, place] = taken.exec(path) ?? [];
  return place === undefined ? undefined : `/${place} of a build container is taken`;
}

/**
 * `HOST:CONTAINER[:ro]`, as `docker run --volume` has it.
 * @param dir what a host path that begins with `./` or `../` is relative to
 * @returns what is wrong with it instead, for people
 */
export function parseMount(text: string, dir: string): BuildMount | string {
  const [hostPath = '', containerPath, options = 'rw', ...more] = text.split(':');
  if (containerPath === undefined || more.length > 0)
    return `"${text}" is not HOST:CONTAINER or HOST:CONTAINER:ro`;
  if (!/^(\/|\.\.?(\/|$))/.test(hostPath))
    return `"${hostPath}" is neither an absolute path nor one that begins with ./, and volumes have no name here`;
  if (options !== 'ro' && options !== 'rw') return `"${options}" is none of the options "ro" and "rw"`;
  const fault = faultOfPlace(containerPath);
  if (fault !== undefined) return fault;
  return {
    hostPath: resolve(dir, hostPath),
    containerPath: containerPath.replace(/\/$/, ''),
    readOnly: options === 'ro',
  };
}
