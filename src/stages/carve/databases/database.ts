import type { InstalledPackage, PackageVersion } from '../../../model/package.ts';

/** A path that `dpkg-divert` moved aside: every package but `by` has its file at `to` instead. */
export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** Name of the package that keeps `from`; `:` for a local diversion, which moves everyone's file. */
  readonly by: string;
}

/**
 * What a package manager knows of a target root. Packages have keys: their names, with more where there may be several of
 * one name. Paths are relative to the root, as the package shipped them (`lib/…` even where `/lib` is a link).
 */
export interface PackageDatabase {
  readonly format: DatabaseFormat;
  readonly packages: ReadonlyMap<string, InstalledPackage>;
  /** Package → what it installed. Removed packages that left configuration behind may be here too. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  readonly diversions: readonly Diversion[];
  /** Key of a package of a list, installed here or not. */
  readonly keyOf: (item: Pick<PackageVersion, 'name' | 'architecture'>) => string;
  /** What is to be found of a package as people ask for it: `jq` of `jq=1.6-2`. */
  readonly nameOf: (spec: string) => string;
  /**
   * Path → text of the files by which scanners know the packages of an image.
   * @param added keys of what the image adds; @param all of all it has, its parents' included
   */
  readonly scannerFiles: (added: readonly string[], all: readonly string[]) => ReadonlyMap<string, string>;
  /** Of those, the ones that a package alone has. */
  readonly scannerPathsOf: (item: PackageVersion) => readonly string[];
}

/** How a package manager keeps its database. */
export interface DatabaseFormat {
  /** A file or folder that every root with such a database has. */
  readonly path: string;
  /** A file that only a whole database has, and not the part that scanners are given. */
  readonly wholePath: string;
  /** Its files, below the root, as patterns of sh. */
  readonly patterns: readonly string[];
  /** Folders of no use without the package manager; whole images keep them. */
  readonly stateFolders: readonly string[];
  /** Paths that are left out just like what is below those folders. */
  readonly statePaths: readonly string[];
  /** Programs whose packages make links to them, which no package knows of: the links go where they go. */
  readonly linkMakers: readonly string[];
  /** @param files `/path` → text of those that match `patterns` */
  readonly parse: (files: ReadonlyMap<string, string>) => PackageDatabase;
}
