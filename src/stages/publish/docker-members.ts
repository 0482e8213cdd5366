import { digestHex, type Digest } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import type { Layout } from '../../oci/layout.ts';
import type { ImageLayer, LoadedImage } from './load-image.ts';
import { newFile, newStreamedFile } from '../../oci/new-member.ts';
import { readBlob, readLayerTar } from './read-layer.ts';

/** An image of an archive. Of its layers, so many of the lowest may be missing there. */
export interface DockerImage extends LoadedImage {
  readonly skippedLayers?: number;
}

/**
 * The files of an archive for `docker load`: configs, uncompressed layers, `manifest.json`. Layers that images share are
 * there once. The config goes in as it is, so Docker shows the image ID that Kubler computed. Format: Docker image
 * specification v1.2, "Combined Image JSON + Filesystem Changeset Format".
 */
export async function* dockerMembers(
  images: readonly DockerImage[],
): AsyncGenerator<TarMember, void, undefined> {
  const written = new Set<Digest>();
  for (const { layout, manifest, layers, skippedLayers = 0 } of images) {
    const { digest, size } = manifest.config;
    yield newStreamedFile(configName(digest), size, () => readBlob(layout, digest));
    for (const layer of layers.slice(skippedLayers)) {
      if (written.has(layer.diffId)) continue;
      written.add(layer.diffId);
      yield await layerMember(layout, layer);
    }
  }
  yield newFile('manifest.json', encodeJson(images.map(toEntry)));
}

async function layerMember(layout: Layout, layer: ImageLayer): Promise<TarMember> {
  // Unpacked twice, because a tar header states the size before the bytes.
  let size = 0;
  for await (const chunk of readLayerTar(layout, layer)) size += chunk.length;
  return newStreamedFile(layerName(layer.diffId), size, () => readLayerTar(layout, layer));
}

const toEntry = ({ manifest, layers, reference, aliases }: DockerImage) => ({
  Config: configName(manifest.config.digest),
  RepoTags: [reference, ...aliases],
  Layers: layers.map(({ diffId }) => layerName(diffId)),
});

const configName = (digest: Digest): string => `${digestHex(digest)}.json`;
const layerName = (diffId: Digest): string => `${digestHex(diffId)}.tar`;
