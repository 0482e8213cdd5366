import type { ImageStore } from '../../ports/image-store.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import { readSource, type Source, type Wanted } from '../../stages/source/index.ts';

export interface EngineImageOptions {
  /** A folder without any other, for its content. */
  readonly tempDir: string;
  readonly runner: ProcessRunner;
  readonly signal: AbortSignal;
  readonly wanted: Wanted;
}

/**
 * Takes an image, by name or ID, out of Docker or Podman. Throws as `ImageStore.save` and `readSource` do, `INTERRUPTED` on
 * abort.
 */
export async function readEngineImage(
  images: Pick<ImageStore, 'save'>,
  image: string,
  { tempDir, signal, runner, wanted }: EngineImageOptions,
): Promise<Source> {
  const archive = `${tempDir}/archive.tar`;
  await saveStream(images.save(image), archive, { signal });
  return readSource(archive, wanted, { runner, tempDir });
}
