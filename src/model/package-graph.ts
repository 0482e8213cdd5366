import type { ImageId } from './image-id.ts';

/** Why packages are in an image. */
export interface PackageGraph {
  /** Package that was asked for → the image that asked. */
  readonly asked: Readonly<Record<string, ImageId>>;
  /** Package → those of the image that it depends on. */
  readonly depends: Readonly<Record<string, readonly string[]>>;
}
