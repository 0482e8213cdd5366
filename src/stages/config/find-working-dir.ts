import { basename, dirname, join, resolve } from 'node:path';
import { KublerError } from '../../errors.ts';
import { fileKind } from './file-kind.ts';
import { configFileName, originalFileName } from './read-layer.ts';

const isPresent = async (path: string): Promise<boolean> => (await fileKind(path)) !== undefined;

const hasConfig = async (dir: string): Promise<boolean> =>
  (await isPresent(join(dir, configFileName))) || (await isPresent(join(dir, originalFileName)));

/** Folders of images and builders; some collections for the original keep a kubler.conf there that nothing reads. */
const isDefinition = async (dir: string): Promise<boolean> =>
  (await isPresent(join(dir, 'build.conf'))) || (await isPresent(join(dir, 'Dockerfile.template')));

/** A namespace's own configuration does not make it a working directory when it lies in one. */
async function projectAround(dir: string): Promise<string> {
  const parent = dirname(dir);
  if (basename(parent) === 'namespaces' && (await hasConfig(dirname(parent)))) return dirname(parent);
  const isNamespace = (await isPresent(join(dir, 'images'))) || (await isPresent(join(dir, 'builder')));
  return isNamespace && parent !== dir && (await hasConfig(parent)) ? parent : dir;
}

/**
 * The working directory for a command started in `startDir`: the nearest folder upwards with a `kubler.config.yaml`
 * (or the original's `kubler.conf`) that is not one of its namespaces. Throws `CONFIG_NOT_FOUND` when there is none.
 */
export async function findWorkingDir(startDir: string): Promise<string> {
  const start = resolve(startDir);
  if ((await fileKind(start)) !== 'folder') {
    throw new KublerError('CONFIG_NOT_FOUND', `cannot find a project: there is no folder "${start}"`);
  }
  for (let dir = start; ; dir = dirname(dir)) {
    if ((await hasConfig(dir)) && !(await isDefinition(dir))) return projectAround(dir);
    if (dirname(dir) === dir) break;
  }
  throw new KublerError(
    'CONFIG_NOT_FOUND',
    `cannot find a project: no ${configFileName} in "${start}" or any folder above it`,
    { hint: 'kubler new namespace NAME' },
  );
}
