/** What a check of `prove` found wrong in the final tree. */
export interface Finding {
  /** Name of the check, as users type it: `elf-needed`, `shebang`, `symlink`, `entrypoint`, `user`. */
  readonly check: string;
  readonly severity: 'error' | 'warning';
  /** The path that needs something, absolute: `/usr/bin/curl`. */
  readonly path: string;
  /** What it needs and does not get, in words: `needs libfoo.so.1, which no directory of the library path holds`. */
  readonly message: string;
  readonly hint?: string;
}
