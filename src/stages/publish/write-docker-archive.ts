import { writeTar } from '../../oci/tar-write.ts';
import { dockerMembers, type DockerImage } from './docker-members.ts';
import { loadImage, type ImageReference } from './load-image.ts';

/** An image of the store to go into an archive, maybe without its lowest layers. */
export type ArchivedImage = ImageReference & Pick<DockerImage, 'skippedLayers'>;

/** The bytes of an archive for `docker load` with these images. Throws `STORE_CORRUPT` when one is not whole. */
export async function* writeDockerArchive(
  images: readonly ArchivedImage[],
): AsyncGenerator<Buffer, void, undefined> {
  const loaded: DockerImage[] = [];
  for (const image of images) {
    loaded.push({ ...(await loadImage(image)), skippedLayers: image.skippedLayers ?? 0 });
  }
  yield* writeTar(dockerMembers(loaded));
}
