import type { Layout } from '../oci/layout.ts';
import type { ImageConfig, Manifest } from '../oci/types.ts';
import type { ImageLayer } from '../ports/engine.ts';

/** The layers of an image of the store as engines take them, lowest first. */
export const imageLayers = (
  layout: Layout,
  manifest: Manifest,
  { rootfs }: Pick<ImageConfig, 'rootfs'>,
): readonly ImageLayer[] =>
  manifest.layers.map(({ digest }, at) => ({
    blobFile: layout.blobFile(digest),
    diffId: rootfs.diff_ids[at] ?? digest,
  }));
