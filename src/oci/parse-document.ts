import { isDigest } from '../model/digest.ts';
import { storeCorrupt } from './store-corrupt.ts';
import type { Descriptor, ImageConfig, Index, Manifest } from './types.ts';

type Json = Readonly<Record<string, unknown>>;

function parseObject(bytes: Buffer, what: string): Json {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw storeCorrupt(what, 'it is no JSON object');
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDescriptor = (value: unknown): value is Descriptor =>
  isObject(value) &&
  typeof value['mediaType'] === 'string' &&
  typeof value['digest'] === 'string' &&
  isDigest(value['digest']) &&
  Number.isSafeInteger(value['size']);

const isListOf = (value: unknown, test: (each: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(test);

/** Parses an image index; `what` names it in the error `STORE_CORRUPT`. */
export function parseIndex(bytes: Buffer, what: string): Index {
  const index = parseObject(bytes, what);
  if (!isListOf(index['manifests'], isDescriptor)) throw storeCorrupt(what, 'it is no image index');
  return index as unknown as Index;
}

/** Parses an image manifest; `what` names it in the error `STORE_CORRUPT`. */
export function parseManifest(bytes: Buffer, what: string): Manifest {
  const manifest = parseObject(bytes, what);
  if (!isDescriptor(manifest['config']) || !isListOf(manifest['layers'], isDescriptor)) {
    throw storeCorrupt(what, 'it is no image manifest');
  }
  return manifest as unknown as Manifest;
}

/** Parses an image config; `what` names it in the error `STORE_CORRUPT`. */
export function parseConfig(bytes: Buffer, what: string): ImageConfig {
  const config = parseObject(bytes, what);
  const rootfs = config['rootfs'];
  const isDiffId = (value: unknown) => typeof value === 'string' && isDigest(value);
  if (!isObject(rootfs) || !isListOf(rootfs['diff_ids'], isDiffId)) {
    throw storeCorrupt(what, 'it is no image config');
  }
  return config as unknown as ImageConfig;
}
