import type { ImageId } from '../../model/image-id.ts';
import type { PackageManagerName } from '../../model/package-manager.ts';
import type { BuilderDefinition, ImageDefinition } from '../../model/project.ts';

/** An image and what it hangs on. */
export interface GraphImage {
  readonly definition: ImageDefinition;
  /** Absent for images on scratch, and on an imported one. */
  readonly parent?: ImageId;
  /** The imported image it stands on. */
  readonly imported?: ImageId;
  /** Full name of its builder, a key of the project's `builders`. */
  readonly builder: string;
  /** Images of this graph that its Dockerfile copies from. */
  readonly copies: readonly ImageId[];
  /** Images of this graph that stand on it, in byte order. */
  readonly children: readonly ImageId[];
  /** True when a target names it; false for parents that come along. */
  readonly requested: boolean;
}

/** A builder that some image of the graph needs. */
export interface GraphBuilder {
  /** Its `extends` is a full name: a key of the project's `builders`. */
  readonly definition: BuilderDefinition;
  /** Its own, else that of the builder it extends. */
  readonly packageManager: PackageManagerName;
}

/** What has to exist for some targets, in an order in which it can be built. */
export interface Graph {
  /** Parents, and what is copied from, first. */
  readonly images: readonly GraphImage[];
  /** Extended builders first. */
  readonly builders: readonly GraphBuilder[];
}
