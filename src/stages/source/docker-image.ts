import type { Bundle } from './bundle.ts';
import type { FoundImage } from './found-image.ts';
import { isObject, parseJson } from './parse-json.ts';
import { readConfig } from './read-config.ts';
import { unreadable } from './unreadable.ts';

/** One image of a manifest.json. */
interface Entry {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** True when a `manifest.json` is one of `docker save`: a root filesystem may have a file of that name, too. */
export async function isDockerArchive(bundle: Bundle): Promise<boolean> {
  if (!(await bundle.has('manifest.json'))) return false;
  try {
    return isListOfEntries(JSON.parse((await bundle.read('manifest.json')).toString()));
  } catch {
    return false;
  }
}

const isEntry = (value: unknown): value is Entry =>
  isObject(value) &&
  typeof value['Config'] === 'string' &&
  Array.isArray(value['Layers']) &&
  value['Layers'].every((each) => typeof each === 'string');

const isListOfEntries = (value: unknown): value is readonly Entry[] =>
  Array.isArray(value) && value.length > 0 && value.every(isEntry);

/**
 * The first image of an archive that `docker save` or `podman save` wrote. Throws `ROOTFS_INVALID` when it is none.
 * Format: Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
export async function findDockerImage(bundle: Bundle): Promise<FoundImage> {
  const entries = parseJson(await bundle.read('manifest.json'), 'manifest.json');
  const [entry] = isListOfEntries(entries) ? entries : [];
  if (!entry) throw unreadable('its manifest.json is none of docker save');
  const configBytes = await bundle.read(entry.Config);
  const { diffIds, ...read } = readConfig(configBytes);
  return { configBytes, ...read, layers: entry.Layers.map((name, at) => ({ name, diffId: diffIds[at] })) };
}
