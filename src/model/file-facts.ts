/** What the dynamic loader needs to know of an ELF file (System V ABI, chapters 4 and 5). */
export interface ElfFacts {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`: 62 x86-64, 183 AArch64. */
  readonly machine: number;
  /** PT_INTERP, absolute; absent in static files and most libraries. */
  readonly interpreter?: string;
  readonly needed: readonly string[];
  readonly soname?: string;
  /** DT_RPATH and DT_RUNPATH, split at `:`. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** Functions it expects from others, as far as they are of interest. */
  readonly imports?: readonly string[];
}

/** What `prove` must know of a file's content. Kept with a built image, so that its children need not read it again. */
export interface FileFacts {
  readonly elf?: ElfFacts;
  /** The first line of a script without `#!`, trimmed. */
  readonly shebang?: string;
  /** Whole text of the few files other checks read: passwd, group, ld.so.conf and its parts. */
  readonly text?: string;
}

/** Path → facts, for the files that have any. */
export type TreeFacts = ReadonlyMap<string, FileFacts>;
