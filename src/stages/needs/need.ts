/** How a file asks for something: what of it names it. */
export type NeedKind =
  /** PT_INTERP of a program. */
  | 'loader'
  /** DT_NEEDED. */
  | 'library'
  /** The first line of a script, and for `env` the command it looks up. */
  | 'interpreter'
  /** What a symbolic link points to. */
  | 'target'
  /** Something a program opens at run time, by a note in it or by the table of known ones. */
  | 'load';

/** Something that a file needs to run, and what of the tree answers it. */
export interface Need {
  readonly kind: NeedKind;
  /** As it is asked for: `libz.so.1`, `/bin/sh`, `python3`. */
  readonly name: string;
  /** Paths that answer: links that are followed, and where they lead. None when nothing answers. */
  readonly answer: readonly string[];
  /** Why nothing answers, after the name and a comma: `which is not in the image`. */
  readonly fault?: string;
  /** How bad it is when nothing answers; without it, nothing runs. */
  readonly importance?: 'recommended' | 'optional';
  /** Of run-time loads: when it is loaded. */
  readonly reason?: string;
}
