import type { Digest } from '../../model/digest.ts';
import type { RuntimeConfig } from '../../oci/types.ts';

/** An image of a bundle, its layers still where they are. */
export interface FoundImage {
  /** As it is: its digest is the image ID. */
  readonly configBytes: Buffer;
  readonly config: RuntimeConfig;
  /** `linux/arm64`, as far as the image says. */
  readonly platform: string | undefined;
  /** Lowest first. */
  readonly layers: readonly FoundLayer[];
}

export interface FoundLayer {
  /** Name in its bundle. */
  readonly name: string;
  /** Digest of its tar, where the image says so. */
  readonly diffId: Digest | undefined;
}
