/** What a check of `prove` found wrong in the final tree, or what is doubtful in the Dockerfile. */
export interface Finding {
  /** Of the check, as users type it: `elf-needed`, `shebang`, `symlink`, `entrypoint`, `user`; or `dockerfile`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** The path that needs something, absolute: `/usr/bin/curl`; or a place in the Dockerfile: `Dockerfile.template:3`. */
  readonly subject: string;
  /** What it needs and does not get, in words: `needs libfoo.so.1, which no directory of the library path holds`. */
  readonly message: string;
  /** What would end it. */
  readonly lacks?: Lack;
  /** What to do about it: which package would bring what it lacks. */
  readonly repair?: string;
}

/** What a package may bring: a library by the name it is loaded by, or a command by its name or path. */
export interface Lack {
  readonly kind: 'library' | 'command';
  readonly name: string;
}

/** A finding as a line for people. */
export const describeFinding = ({ subject, message, repair }: Finding): string =>
  `${subject} ${message}${repair === undefined ? '' : ` (${repair})`}`;
