import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TarMember } from '../../src/oci/tar-member.ts';
import { chunks, member, tarOf } from './tar.ts';

/** The files of an OCI layout, or of `docker save`, by name. */
export type BundleFiles = Map<string, Buffer>;

export interface ImageSpec {
  readonly architecture?: string;
  readonly config?: object;
  /** Members of each layer, lowest first. */
  readonly layers: readonly (readonly TarMember[])[];
  /** Default: gzip. */
  readonly compress?: (tar: Buffer) => Buffer;
  /** diffIDs of other layers than there are. */
  readonly wrongDigests?: boolean;
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function toConfig({ architecture = 'amd64', config = {}, wrongDigests }: ImageSpec, tars: readonly Buffer[]) {
  const digests = tars.map((tar) => `sha256:${sha256(wrongDigests ? Buffer.from('other') : tar)}`);
  return json({ os: 'linux', architecture, config, rootfs: { type: 'layers', diff_ids: digests } });
}

/** Adds an image to a layout; returns the descriptor of its manifest. */
async function addImage(files: BundleFiles, spec: ImageSpec) {
  const { layers, compress = gzipSync } = spec;
  const put = (mediaType: string, bytes: Buffer) => {
    files.set(`blobs/sha256/${sha256(bytes)}`, bytes);
    return { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length };
  };
  const tars = await Promise.all(layers.map((members) => tarOf(...members)));
  const config = put('application/vnd.oci.image.config.v1+json', toConfig(spec, tars));
  const blobs = tars.map((tar) => put('application/vnd.oci.image.layer.v1.tar', compress(tar)));
  const manifest = put(
    'application/vnd.oci.image.manifest.v1+json',
    json({ schemaVersion: 2, config, layers: blobs }),
  );
  return { ...manifest, platform: { os: 'linux', architecture: spec.architecture ?? 'amd64' } };
}

/** A layout of these images; more than one are in an index of the index, as buildx makes them. */
export async function ociFiles(...images: readonly ImageSpec[]): Promise<BundleFiles> {
  const files: BundleFiles = new Map([['oci-layout', json({ imageLayoutVersion: '1.0.0' })]]);
  const manifests = [];
  for (const spec of images) manifests.push(await addImage(files, spec));
  const nested = json({ schemaVersion: 2, manifests });
  files.set(`blobs/sha256/${sha256(nested)}`, nested);
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const index = { mediaType, digest: `sha256:${sha256(nested)}`, size: nested.length };
  files.set('index.json', json({ schemaVersion: 2, manifests: images.length > 1 ? [index] : manifests }));
  return files;
}

/** What `docker save` writes of an image. */
export async function dockerFiles(spec: ImageSpec): Promise<BundleFiles> {
  const tars = await Promise.all(spec.layers.map((members) => tarOf(...members)));
  const names = tars.map((_, at) => `${at}/layer.tar`);
  return new Map([
    ['config.json', toConfig(spec, tars)],
    ...tars.map((tar, at): [string, Buffer] => [names[at] ?? '', tar]),
    ['manifest.json', json([{ Config: 'config.json', RepoTags: ['x:1'], Layers: names }])],
  ]);
}

export function writeFiles(dir: string, files: BundleFiles): string {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), bytes);
  }
  return dir;
}

export const tarOfFiles = (files: BundleFiles): Promise<Buffer> =>
  tarOf(
    ...[...files].map(([path, bytes]) => member({ path, size: bytes.length, content: () => chunks(bytes) })),
  );
