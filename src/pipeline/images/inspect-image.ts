import type { Digest } from '../../model/digest.ts';
import type { ImageRecord, LayerSummary } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import type { ImageConfig } from '../../oci/types.ts';
import { findReference, readTags, tagsOf, type FoundReference } from './find-reference.ts';
import type { Workspace } from '../workspace.ts';

/** A layer of an image, lowest first. */
export interface InspectedLayer {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Compressed. */
  readonly sizeBytes: number;
  /** Known of layers whose image has not been replaced. */
  readonly uncompressedBytes?: number;
  readonly files?: number;
  /** The instruction it comes from. */
  readonly createdBy: string;
}

/** All that is known of an image. */
export interface InspectedImage {
  readonly image: string;
  readonly imageId: Digest;
  readonly manifest: Digest;
  readonly tags: readonly string[];
  readonly created: string;
  readonly author?: string;
  readonly platform: string;
  readonly config: ImageConfig['config'];
  readonly layers: readonly InspectedLayer[];
  readonly compressedBytes: number;
  /** What the build, or the import, noted; undefined for an image that a newer one of its name replaced. */
  readonly record?: Pick<
    ImageRecord,
    | 'sizeBytes'
    | 'imported'
    | 'parentDigest'
    | 'epoch'
    | 'packages'
    | 'provided'
    | 'logged'
    | 'receipts'
    | 'dropped'
    | 'leftOut'
    | 'findings'
    | 'proof'
  >;
  /** Name of the image it was built on, if that is there. */
  readonly parent?: string;
}

/** One line of an image's history, oldest first. */
export interface HistoryLine {
  readonly created: string;
  readonly createdBy: string;
  /** Absent for what changed the configuration only. */
  readonly layer?: InspectedLayer;
}

/** Reads an image by name, with a tag or without. */
export async function inspectImage(
  workspace: Workspace,
  project: Project,
  text: string,
): Promise<InspectedImage> {
  const found = await findReference(workspace, project, text);
  const { image, manifest, layers } = await readImage(workspace, found);
  const { record, id } = found;
  const isNewest = record.manifest.digest === found.manifest.digest;
  const parent = isNewest ? await parentName(workspace, record) : undefined;
  return {
    image: id,
    imageId: manifest.config.digest,
    manifest: found.manifest.digest,
    tags: tagsOf(await readTags(workspace, id), found.manifest.digest),
    created: image.created,
    ...(image.author !== undefined && { author: image.author }),
    platform: `${image.os}/${image.architecture}`,
    config: image.config,
    layers,
    compressedBytes: layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...(isNewest && { record: pickFacts(record) }),
    ...(parent !== undefined && { parent }),
  };
}

/** What made an image, instruction by instruction. */
export async function readHistory(
  workspace: Workspace,
  project: Project,
  text: string,
): Promise<readonly HistoryLine[]> {
  const { image, layers } = await readImage(workspace, await findReference(workspace, project, text));
  const pending = [...layers];
  return image.history.map(({ created, created_by: createdBy, empty_layer: isEmpty }) => {
    const layer = isEmpty === true ? undefined : pending.shift();
    return { created, createdBy, ...(layer && { layer }) };
  });
}

async function readImage(workspace: Workspace, found: FoundReference) {
  const manifest = await workspace.layout.readManifest(found.manifest.digest);
  const image = await workspace.layout.readConfig(manifest.config.digest);
  const known = await knownLayers(workspace);
  const makers = image.history.filter(({ empty_layer: isEmpty }) => isEmpty !== true);
  const layers = manifest.layers.map(({ digest, size }, at): InspectedLayer => {
    const { uncompressedBytes, files } = known.get(digest) ?? {};
    return {
      ...{ digest, diffId: image.rootfs.diff_ids[at] ?? digest, sizeBytes: size },
      ...(uncompressedBytes !== undefined && { uncompressedBytes }),
      ...(files !== undefined && { files }),
      createdBy: makers[at]?.created_by ?? '',
    };
  });
  return { manifest, image, layers };
}

/** Layers of all images there are, as their builds noted them. */
async function knownLayers({ records }: Workspace): Promise<ReadonlyMap<Digest, LayerSummary>> {
  const all = await Promise.all((await records.list()).map((id) => records.read(id)));
  return new Map(
    all.flatMap((record) => record?.ownLayers.map((layer) => [layer.digest, layer] as const) ?? []),
  );
}

async function parentName(
  { records }: Workspace,
  { parentDigest }: ImageRecord,
): Promise<string | undefined> {
  if (parentDigest === undefined) return undefined;
  for (const id of await records.list()) {
    if ((await records.read(id))?.configDigest === parentDigest) return id;
  }
  return undefined;
}

const pickFacts = (record: ImageRecord): NonNullable<InspectedImage['record']> => ({
  ...{
    sizeBytes: record.sizeBytes,
    epoch: record.epoch,
    packages: record.packages,
    provided: record.provided,
  },
  ...{
    logged: record.logged,
    receipts: record.receipts,
    dropped: record.dropped,
    findings: record.findings,
    proof: record.proof,
  },
  ...(record.leftOut && { leftOut: record.leftOut }),
  ...(record.imported !== undefined && { imported: record.imported }),
  ...(record.parentDigest !== undefined && { parentDigest: record.parentDigest }),
});
