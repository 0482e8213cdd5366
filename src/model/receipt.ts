/** What a target root had and an image cannot have: it is left out, and counted. */
export interface Dropped {
  /** `sockets`, `devices`, or `xattr NAME` for an extended attribute of a machine or file system. */
  readonly what: string;
  /** Files that were such, or had it. */
  readonly files: number;
}

/** What one prune rule, or carve, took out of a tree. */
export interface Receipt {
  /** Name of the rule: `docs`, `locales`, `identity`… */
  readonly rule: string;
  readonly files: number;
  readonly bytes: number;
  /** Some of the paths, at most ten, absolute. */
  readonly examples: readonly string[];
}

/** What carving by reach took out of the files of a package, some or all. */
export interface LeftOut extends Omit<Receipt, 'rule'> {
  readonly package: string;
}
