import type { Digest, Sha256 } from './digest.ts';
import type { Finding } from './finding.ts';
import type { ImageId } from './image-id.ts';
import type { PackageVersion } from './package.ts';
import type { PackageGraph } from './package-graph.ts';
import type { PackageDocument } from './package-document.ts';
import type { Proof } from './proof.ts';
import type { Dropped, LeftOut, Receipt } from './receipt.ts';
import type { TestReport } from './test-report.ts';

/** A layer of a built image, as `layer` wrote it. */
export interface LayerSummary {
  readonly digest: Digest;
  readonly diffId: Digest;
  /** Compressed. */
  readonly sizeBytes: number;
  readonly uncompressedBytes: number;
  readonly files: number;
}

/** What was built and from what; kept beside the store, one per image. */
export interface ImageRecord {
  readonly id: ImageId;
  /** Hash of all inputs; the image is up to date while this is what a build would have now. */
  readonly key: Sha256;
  /** Name of an input → its digest, to tell which one changed. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Of an imported image: SHA-256 of its tarball, uncompressed. Nothing else says what it was made from. */
  readonly imported?: Sha256;
  readonly manifest: { readonly digest: Digest; readonly size: number };
  /** The image ID. */
  readonly configDigest: Digest;
  /** Image ID of the parent it was built on. */
  readonly parentDigest?: Digest;
  /** Image ID of each image that its Dockerfile copied from. */
  readonly copied?: Readonly<Record<ImageId, Digest>>;
  /** Own layers only; the parent's are in the parent's record. */
  readonly ownLayers: readonly LayerSummary[];
  readonly layerCount: number;
  /** All layers, uncompressed: what the image takes on disk. */
  readonly sizeBytes: number;
  /** All layers, compressed: what is transferred. */
  readonly compressedBytes: number;
  /** Snapshots that children start from. */
  readonly targetSnapshot: string;
  /** Empty for an imported image, as the key is. */
  readonly builderSnapshot: string;
  /** Key of the builder that `builderSnapshot` goes back to. */
  readonly builderKey: Sha256;
  /** Snapshot of the pristine base under both. */
  readonly baseSnapshot: string;
  /** Packages whose files are in the image, the parent's included. */
  readonly packages: readonly PackageVersion[];
  readonly provided: readonly string[];
  readonly logged: readonly { readonly group: string; readonly name: string; readonly note: string }[];
  /** For PACKAGES.md; of images that Gentoo builders make. */
  readonly document?: PackageDocument;
  readonly receipts: readonly Receipt[];
  readonly dropped: readonly Dropped[];
  /** Of an image cut to what is reached: what its packages have besides. */
  readonly leftOut?: readonly LeftOut[];
  /** Why its packages are there; unknown of imported images, and of whole ones, which have all there are. */
  readonly packageGraph?: PackageGraph;
  readonly proof: Proof;
  /** Of `prove`, and of the Dockerfile. */
  readonly findings: readonly Finding[];
  readonly tests?: TestReport;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly buildMs: number;
}
