import { digestHex, type Digest } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import type { LoadedImage } from './load-image.ts';
import { newFile, newStreamedFile } from '../../oci/new-member.ts';
import { readBlob, readLayerTar } from './read-layer.ts';

/**
 * The files of an archive for `docker load`: config, uncompressed layers, `manifest.json`. The config goes in as it
 * is, so Docker shows the image ID that Kubler computed. Format: Docker image specification v1.2, "Combined Image
 * JSON + Filesystem Changeset Format".
 */
export async function* dockerMembers(image: LoadedImage): AsyncGenerator<TarMember, void, undefined> {
  const { layout, manifest, layers, reference, aliases } = image;
  const config = `${digestHex(manifest.config.digest)}.json`;
  yield newStreamedFile(config, manifest.config.size, () => readBlob(layout, manifest.config.digest));
  const written = new Set<Digest>();
  for (const layer of layers) {
    if (written.has(layer.diffId)) continue;
    written.add(layer.diffId);
    // Unpacked twice, because a tar header states the size before the bytes.
    let size = 0;
    for await (const chunk of readLayerTar(layout, layer)) size += chunk.length;
    yield newStreamedFile(layerName(layer.diffId), size, () => readLayerTar(layout, layer));
  }
  const names = layers.map((layer) => layerName(layer.diffId));
  const tags = [reference, ...aliases];
  yield newFile('manifest.json', encodeJson([{ Config: config, RepoTags: tags, Layers: names }]));
}

const layerName = (diffId: Digest): string => `${digestHex(diffId)}.tar`;
