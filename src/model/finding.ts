/** What a check of `prove` found wrong in the final tree, or what is doubtful in the Dockerfile. */
export interface Finding {
  /** Name of the check, as users type it: `elf-needed`, `shebang`, `symlink`, `entrypoint`, `user`; or `dockerfile`. */
  readonly check: string;
  readonly severity: 'error' | 'warning';
  /** The path that needs something, absolute: `/usr/bin/curl`; or a place in the Dockerfile: `Dockerfile.template:3`. */
  readonly path: string;
  /** What it needs and does not get, in words: `needs libfoo.so.1, which no directory of the library path holds`. */
  readonly message: string;
  /** What would end it. */
  readonly lacks?: Lack;
  /** Which package would bring it. */
  readonly hint?: string;
}

/** What a package may bring: a library by the name it is loaded by, or a command by its name or path. */
export interface Lack {
  readonly kind: 'library' | 'command';
  readonly name: string;
}

/** A finding as a line for people. */
export const describeFinding = ({ path, message, hint }: Finding): string =>
  `${path} ${message}${hint === undefined ? '' : ` (${hint})`}`;
