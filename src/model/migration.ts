/** One configuration file of the original, and what takes its place. */
export interface MigratedFile {
  /** Absolute path of the kubler.conf, and its text. */
  readonly from: string;
  readonly oldText: string;
  /** Absolute path of the kubler.config.yaml beside it, and its text. */
  readonly to: string;
  readonly newText: string;
}

/** What `kubler migrate` would do. */
export interface Migration {
  readonly workingDir: string;
  readonly files: readonly MigratedFile[];
  /** What is not carried over, or has to be done by hand; with file and line where it has them. */
  readonly notes: readonly string[];
}
