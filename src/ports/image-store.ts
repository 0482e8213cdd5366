import type { Digest } from '../model/digest.ts';
import type { ApiEngineName } from '../model/engine-status.ts';

/** The images of Docker or Podman, here or on another machine. Disposing closes the way to it. */
export interface ImageStore extends AsyncDisposable {
  readonly engine: ApiEngineName;
  /** Whether an archive may leave out layers of images that are there. */
  readonly knowsLayers: boolean;
  /** ID of an image, by name or ID, `sha256:…`; undefined when it is not there. */
  idOf(image: string): Promise<string | undefined>;
  /** `NAME:TAG` of an image, each as the engine writes it; undefined when the image is not there. */
  namesOf(imageId: Digest): Promise<readonly string[] | undefined>;
  /** Gives an image that is there another name, `NAMESPACE/NAME:TAG`. */
  tag(imageId: Digest, name: string): Promise<void>;
  /** Takes in a docker-archive, no faster than it is read there. Rejects with what the archive throws, too. */
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes of a docker-archive with one image, by name or id. Rejects with `ENGINE_REFUSED` when there is none. */
  save(image: string): AsyncIterable<Uint8Array>;
  /** Makes an image without a name of what a container is now; returns its id. It is paused meanwhile. */
  commit(container: string): Promise<string>;
  /** Removes an image without a name. */
  remove(imageId: string): Promise<void>;
}
