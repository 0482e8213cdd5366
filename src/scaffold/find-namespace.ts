import { access, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { KublerError } from '../errors.ts';

const isDone = (): boolean => true;
const isNot = (): boolean => false;

/** True when a path leads to a folder. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then((stats) => stats.isDirectory(), isNot);

const configNames = ['kubler.config.yaml', 'kubler.conf'];

/** True when a folder has a configuration of Kubler, or of the original. */
export async function hasConfig(dir: string): Promise<boolean> {
  const found = await Promise.all(configNames.map((name) => access(join(dir, name)).then(isDone, isNot)));
  return found.includes(true);
}

/** The name of the namespace that a working directory itself is; undefined when its namespaces are below it. */
export async function singleNamespace(workingDir: string): Promise<string | undefined> {
  const isSingle =
    (await isFolder(join(workingDir, 'images'))) && !(await isFolder(join(workingDir, 'namespaces')));
  if (!isSingle || !(await hasConfig(workingDir))) return undefined;
  const config = await readFile(join(workingDir, 'kubler.config.yaml'), 'utf8').catch(() => '');
  return /^namespace:[ \t]*["']?([a-z0-9._-]+)/m.exec(config)?.[1] ?? basename(workingDir);
}

/** The folder of a namespace of a working directory, in Kubler's layout or the original's. CONFIG_NOT_FOUND without one. */
export async function findNamespace(workingDir: string, namespace: string): Promise<string> {
  const single = await singleNamespace(workingDir);
  if (single === namespace) return workingDir;
  const below = join(workingDir, 'namespaces', namespace);
  if (await isFolder(below)) return below;
  const original = join(workingDir, namespace);
  if (await isFolder(join(original, 'images'))) return original;
  throw new KublerError('CONFIG_NOT_FOUND', `cannot find namespace "${namespace}" in "${workingDir}"`, {
    hint:
      single === undefined
        ? `kubler new namespace ${namespace}`
        : `the namespace here is "${single}": NAME is short for ${single}/NAME`,
  });
}
