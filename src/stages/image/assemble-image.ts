import { assert } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import {
  mediaTypes,
  type Descriptor,
  type HistoryEntry,
  type ImageConfig,
  type Manifest,
} from '../../oci/types.ts';
import type { ImagePlan } from './image-plan.ts';

/** Where blobs are kept. */
export interface BlobWriter {
  writeBlob(bytes: Uint8Array): Promise<{ readonly digest: Digest; readonly size: number }>;
}

/** What an image says of one of its layers. */
export interface LayerReference {
  /** Of the stored, compressed bytes. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Of the tar. */
  readonly diffId: Digest;
}

export interface AssembleOptions {
  readonly layout: BlobWriter;
  readonly plan: ImagePlan;
  readonly parent?: { readonly config: ImageConfig; readonly manifest: Manifest };
  /** One for each step of the plan but `config`, in their order; undefined for a layer that would be empty. */
  readonly layers: readonly (LayerReference | undefined)[];
  /** Seconds since 1970: the time the image says it was made at. */
  readonly epoch: number;
  /** As Go names it: `amd64`. */
  readonly architecture: string;
}

export interface AssembledImage {
  readonly manifestDescriptor: Descriptor;
  /** The image ID. */
  readonly configDigest: Digest;
  readonly config: ImageConfig;
  readonly manifest: Manifest;
}

/**
 * Writes the configuration and the manifest of an image to the layout, over the parent's layers. Same arguments, same
 * bytes: keys are sorted, no time but `epoch` enters.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md and …/manifest.md
 */
export async function assembleImage(options: AssembleOptions): Promise<AssembledImage> {
  const { layout, parent } = options;
  const config = toImageConfig(options);
  const configBlob = await layout.writeBlob(encodeJson(config));
  const own = options.layers.filter((layer) => layer !== undefined);
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...configBlob },
    layers: [...(parent?.manifest.layers ?? []), ...own.map(toDescriptor)],
  };
  assert(
    manifest.layers.length === config.rootfs.diff_ids.length,
    'the parent has as many layers as diff ids',
  );
  const manifestBlob = await layout.writeBlob(encodeJson(manifest));
  const manifestDescriptor = { mediaType: mediaTypes.manifest, ...manifestBlob };
  return { manifestDescriptor, configDigest: configBlob.digest, config, manifest };
}

const toDescriptor = ({ digest, sizeBytes }: LayerReference): Descriptor => ({
  mediaType: mediaTypes.layerGzip,
  digest,
  size: sizeBytes,
});

function toImageConfig({ plan, parent, layers, epoch, architecture }: AssembleOptions): ImageConfig {
  const created = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z');
  const own = layers.filter((layer) => layer !== undefined);
  return {
    created,
    ...(plan.author !== undefined && { author: plan.author }),
    architecture,
    os: 'linux',
    config: plan.config,
    rootfs: {
      type: 'layers',
      diff_ids: [...(parent?.config.rootfs.diff_ids ?? []), ...own.map(({ diffId }) => diffId)],
    },
    history: [...(parent?.config.history ?? []), ...toHistory(plan, layers, created)],
  };
}

/** One entry for each instruction, those without a layer marked. */
function toHistory(plan: ImagePlan, layers: AssembleOptions['layers'], created: string): HistoryEntry[] {
  const pending = [...layers];
  const history = plan.steps.map(({ kind, createdBy }): HistoryEntry => {
    assert(kind === 'config' || pending.length > 0, 'a layer is given for each step that makes one');
    const hasLayer = kind !== 'config' && pending.shift() !== undefined;
    return { created, created_by: createdBy, ...(!hasLayer && { empty_layer: true }) };
  });
  assert(pending.length === 0, 'no layer is given without a step');
  return history;
}
