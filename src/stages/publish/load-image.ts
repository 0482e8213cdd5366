import type { Digest } from '../../model/digest.ts';
import type { Layout } from '../../oci/layout.ts';
import { storeCorrupt } from '../../oci/store-corrupt.ts';
import { mediaTypes, type Descriptor, type Manifest } from '../../oci/types.ts';

/** An image of the store, with the name it goes by. */
export interface LoadedImage {
  readonly layout: Layout;
  readonly reference: string;
  readonly aliases: readonly string[];
  readonly manifestDigest: Digest;
  readonly manifest: Manifest;
  /** Lowest first. */
  readonly layers: readonly ImageLayer[];
}

export interface ImageLayer {
  readonly blob: Descriptor;
  readonly diffId: Digest;
}

/** An image of the store before it is read. */
export interface ImageReference {
  readonly layout: Layout;
  readonly manifestDigest: Digest;
  readonly reference: string;
  readonly aliases?: readonly string[];
}

/** Reads what an image consists of; `STORE_CORRUPT` when its parts are missing or do not fit together. */
export async function loadImage(image: ImageReference): Promise<LoadedImage> {
  const { layout, manifestDigest, reference, aliases = [] } = image;
  const manifest = await layout.readManifest(manifestDigest);
  const diffIds = (await layout.readConfig(manifest.config.digest)).rootfs.diff_ids;
  const layers = manifest.layers.flatMap((blob, index) => {
    const diffId = diffIds[index];
    return diffId && blob.mediaType === mediaTypes.layerGzip ? [{ blob, diffId }] : [];
  });
  if (layers.length !== diffIds.length || layers.length !== manifest.layers.length) {
    throw storeCorrupt(`image "${reference}"`, 'its layers and config do not agree');
  }
  return { layout, reference, aliases, manifestDigest, manifest, layers };
}
