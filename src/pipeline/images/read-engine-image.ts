import type { ImageStore } from '../../ports/image-store.ts';
import { readDockerArchive, type ArchivedTree } from '../../stages/publish/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';

/**
 * Takes an image, by name or ID, out of Docker or Podman as one tree, whose content lies in `tempDir`, a folder without any
 * other. Throws as `ImageStore.save` and `readDockerArchive` do, `INTERRUPTED` on abort.
 */
export async function readEngineImage(
  images: Pick<ImageStore, 'save'>,
  image: string,
  { tempDir, signal }: { readonly tempDir: string; readonly signal: AbortSignal },
): Promise<ArchivedTree> {
  const archive = `${tempDir}/archive.tar`;
  await saveStream(images.save(image), archive, { signal });
  return readDockerArchive(archive, tempDir);
}
