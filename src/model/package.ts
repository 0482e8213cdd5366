import type { Sha256 } from './digest.ts';

/**
 * One package the package manager will install: an exact file of the frozen index. Of one that is made from source there is
 * no file: `sha256` is then the hash of all that is known of it, and `url` empty.
 */
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
export interface InstalledPackage extends PackageVersion {
  /** Names this package also answers to, with an optional version: `mail-transport-agent`. */
  readonly provides: readonly string[];
  /** What it needs at run time: each is a list of alternatives, any of which satisfies it. */
  readonly depends: readonly (readonly string[])[];
  /** Where all of these are it is there, too, though nothing needs it. */
  readonly installIf?: readonly string[];
  /** Its part of the database, verbatim, for scanners. */
  readonly stanza: string;
}

/** One line of an image's package list. */
export interface PackageVersion {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** The source package it is made from, where that has another name, or the repository it comes from. */
  readonly origin?: string;
  /** As the package manager has it. */
  readonly licence?: string;
  /** What it was built with (Gentoo's USE flags). */
  readonly flags?: string;
}
