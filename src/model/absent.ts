/** What a package came with and an image has not. */
export interface Absent {
  readonly package: string;
  /**
   * What left it out: `build`, a hook or a maintainer script; `carve`, its packages; `prune`; `reach`, being reached by nothing; `dockerfile`, an instruction; `import`,
   * whoever made the tree that was imported.
   */
  readonly by: 'build' | 'carve' | 'prune' | 'reach' | 'dockerfile' | 'import';
}

/** Path → why it is not there; no folders, as far as that is known. */
export type AbsentPaths = ReadonlyMap<string, Absent>;

/** Paths to ask for: a set of them, or a map. */
export type PathSet = Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>;
