import type { Sha256 } from './digest.ts';

/** One package the package manager will install: an exact file of the frozen index. */
export interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  /** Where it is fetched from. */
  readonly url: string;
  /** The name the package manager looks for in its archive folder: `curl_7.88.1-10_amd64.deb`. */
  readonly fileName: string;
}

/** A package as the package database of a target root describes it. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly essential: boolean;
  /** Names this package also answers to, with an optional version: `mail-transport-agent`. */
  readonly provides: readonly string[];
  /** Depends and Pre-Depends: each is a list of alternatives, any of which satisfies it. */
  readonly depends: readonly (readonly string[])[];
  /** Its stanza of the database, verbatim, for scanners. */
  readonly stanza: string;
}

/** One line of an image's package list. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}
