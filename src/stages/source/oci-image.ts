import { createHash } from 'node:crypto';
import type { Bundle } from './bundle.ts';
import type { FoundImage } from './found-image.ts';
import { isObject, parseJson } from './parse-json.ts';
import { isPlatform, platformName } from './platform.ts';
import { readConfig } from './read-config.ts';
import { unreadable } from './unreadable.ts';

/** Which image of several is meant. */
export interface Wanted {
  /** `linux/amd64` */
  readonly platform: string;
  /** Another one is refused, even if there is no choice. */
  readonly strict: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Indexes in indexes in indexes: as deep as anyone makes them. */
const maxDepth = 3;
/** Far more than platforms there are. */
const maxManifests = 1000;

/**
 * The image of an OCI layout, of the wanted platform where there are several. All documents are checked against their
 * digests. Throws `ROOTFS_INVALID` when it is damaged, has none of that platform, or more than one.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md
 */
export async function findOciImage(bundle: Bundle, wanted: Wanted): Promise<FoundImage> {
  const index = parseJson(await bundle.read('index.json'), 'index.json');
  const manifest = await choose(bundle, await manifestsOf(bundle, index), wanted);
  const { config, layers } = await readDocument(bundle, manifest);
  if (!Array.isArray(layers)) throw unreadable('its manifest has no layers');
  const configBytes = await readBlob(bundle, config);
  const { diffIds, ...read } = readConfig(configBytes);
  if (diffIds.length !== layers.length)
    throw unreadable(`its config has ${diffIds.length} diff_ids for ${layers.length} layers`);
  return {
    configBytes,
    ...read,
    layers: layers.map((layer: unknown, at) => ({ name: blobName(layer), diffId: diffIds[at] })),
  };
}

/** Descriptors of all manifests that an index leads to, each once, but for those that only attest something. */
async function manifestsOf(
  bundle: Bundle,
  index: unknown,
  depth = 1,
  seen = new Set<unknown>(),
): Promise<readonly Json[]> {
  const listed = isObject(index) ? index['manifests'] : undefined;
  if (!Array.isArray(listed)) throw unreadable('its index has no manifests');
  const found = new Map<unknown, Json>();
  for (const each of listed as readonly unknown[]) {
    if (!isObject(each) || isAttestation(each) || seen.has(each['digest'])) continue;
    seen.add(each['digest']);
    if (seen.size > maxManifests) throw unreadable(`its indexes name more than ${maxManifests} images`);
    const isIndex = /\.index\.|manifest\.list\./.test(String(each['mediaType']));
    if (isIndex && depth > maxDepth) throw unreadable('its indexes are nested too deeply');
    const manifests = isIndex
      ? await manifestsOf(bundle, await readDocument(bundle, each), depth + 1, seen)
      : [each];
    for (const manifest of manifests) found.set(manifest['digest'], manifest);
  }
  return [...found.values()];
}

const isAttestation = ({ annotations, platform }: Json): boolean =>
  (isObject(annotations) && annotations['vnd.docker.reference.type'] !== undefined) ||
  (isObject(platform) && platformName(platform) === 'unknown/unknown');

async function choose(bundle: Bundle, manifests: readonly Json[], { platform, strict }: Wanted) {
  const [only] = manifests;
  if (!only) throw unreadable('its index names no image');
  if (manifests.length === 1 && !strict) return only;
  const platforms: string[] = [];
  for (const each of manifests) platforms.push(await platformOf(bundle, each));
  const fitting = manifests.filter((_, at) => isPlatform(platform, platforms[at] ?? ''));
  const [first, second] = fitting;
  if (!first)
    throw unreadable(`it has no image for ${platform}`, `--platform says which: ${platforms.join(', ')}`);
  if (!second) return first;
  const names = fitting.map(({ annotations, digest }) =>
    String((isObject(annotations) && annotations['org.opencontainers.image.ref.name']) || digest),
  );
  throw unreadable(
    `it has ${fitting.length} images for ${platform}: ${names.join(', ')}`,
    'give one of one image',
  );
}

/** Of its descriptor, else of its config. */
async function platformOf(bundle: Bundle, descriptor: Json): Promise<string> {
  const { platform } = descriptor;
  const told = isObject(platform) ? platformName(platform) : undefined;
  if (told !== undefined) return told;
  const { config } = await readDocument(bundle, descriptor);
  return readConfig(await readBlob(bundle, config)).platform ?? 'unknown';
}

async function readDocument(bundle: Bundle, descriptor: unknown): Promise<Json> {
  const document = parseJson(await readBlob(bundle, descriptor), blobName(descriptor));
  if (isObject(document)) return document;
  throw unreadable(`${blobName(descriptor)} is no JSON object`);
}

async function readBlob(bundle: Bundle, descriptor: unknown): Promise<Buffer> {
  const name = blobName(descriptor);
  const bytes = await bundle.read(name);
  const [, algorithm = '', hex] = name.split('/');
  if (createHash(algorithm).update(bytes).digest('hex') === hex) return bytes;
  throw unreadable(`${name} has another digest: it is damaged`);
}

/** Where a blob is, of the two algorithms that the specification has. */
function blobName(descriptor: unknown): string {
  const digest = isObject(descriptor) ? String(descriptor['digest']) : '';
  if (/^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest))
    return `blobs/${digest.replace(':', '/')}`;
  throw unreadable('a descriptor in it has no digest');
}
