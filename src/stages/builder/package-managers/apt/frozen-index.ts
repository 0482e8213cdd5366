import type { Sha256 } from '../../../../model/digest.ts';
import type { AptSourceSpec } from './sources.ts';

/** A package file of a frozen index. */
export interface FrozenPackages {
  /** Name in the index' `apt/lists`. */
  readonly listName: string;
  /** Of the file there, uncompressed. */
  readonly sha256: Sha256;
}

/** A source as it was when the index was frozen. Where it is fetched from now is not part of the index. */
export interface FrozenSource {
  readonly kind: AptSourceSpec['kind'];
  readonly suite: string;
  readonly components: readonly string[];
  /** None when the mirror did not have the suite. */
  readonly packages: readonly FrozenPackages[];
}

/** Of the layout of a frozen index; one of another version is made anew. */
export const recordVersion: number = 1;

/** `index.json` of a frozen index. */
export interface IndexRecord {
  readonly version: number;
  readonly digest: Sha256;
  readonly suite: string;
  readonly architecture: string;
  /** Newest date of the release files, seconds since 1970. */
  readonly epoch: number;
  readonly sources: readonly FrozenSource[];
}

/**
 * The state of a set of package sources at one time: verified, complete, never changed. Mirrors that hold the same
 * state give the same digest. Folder: `index.json`, `dists/` (the archive's own files, for debootstrap), `apt/` (what
 * containers see at `/.kubler-apt`; the making of a base adds `parsed-lists.bin`, see `parseLists`).
 */
export interface FrozenIndex extends IndexRecord {
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly aptDir: string;
  /** Base address that packages of each source are fetched from, by the source's position. */
  readonly uris: readonly string[];
  /** Keys that sign the archive. */
  readonly keyFile: string;
}
