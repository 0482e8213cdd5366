/** Versions of symbols that an ELF file asks of one library (LSB, "Symbol Versioning"; `Elf64_Verneed` of glibc's elf.h). */
export interface NeededVersions {
  /** The soname of the library at link time: `libc.so.6`. */
  readonly file: string;
  /** Those the loader refuses to start without: `GLIBC_2.34`. */
  readonly versions: readonly string[];
  /** Those it only warns of (`VER_FLG_WEAK`); absent when there are none. */
  readonly weak?: readonly string[];
}

/** A library that a program or library says it loads at run time (systemd's "dlopen() Metadata for ELF Files"). */
export interface DlopenNote {
  /** Any one of them will do, the first is preferred. */
  readonly sonames: readonly string[];
  readonly priority: 'required' | 'recommended' | 'suggested';
  /** What it is for, in a word. */
  readonly feature?: string;
}

/** What the dynamic loader needs to know of an ELF file (System V ABI, chapters 4 and 5). */
export interface ElfFacts {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`: 62 x86-64, 183 AArch64. */
  readonly machine: number;
  /** `e_flags`, where they say which ABI; absent when 0. */
  readonly flags?: number;
  /** `EI_OSABI`; absent for System V and GNU, which are all that Linux has. */
  readonly osAbi?: number;
  /** PT_INTERP, absolute; absent in static files and most libraries. */
  readonly interpreter?: string;
  readonly needed: readonly string[];
  readonly soname?: string;
  /** DT_RPATH and DT_RUNPATH, split at `:`. */
  readonly rpath: readonly string[];
  readonly runpath: readonly string[];
  /** DT_VERNEED; absent when there is none. */
  readonly versionsNeeded?: readonly NeededVersions[];
  /** DT_VERDEF without the file's own name; absent when the file has no versions, which is not the same as empty. */
  readonly versionsDefined?: readonly string[];
  /** Dynamic symbols it takes from elsewhere, of those in `watched-symbols.ts`, in byte order; absent when none. */
  readonly imports?: readonly string[];
  /** What `.note.dlopen` says; absent when nothing. */
  readonly dlopen?: readonly DlopenNote[];
}

/** What a script loads of its language whenever it is started. */
export interface ScriptImports {
  readonly language: 'python' | 'perl';
  /** Names of modules: `os.path`, `Foo::Bar`. */
  readonly names: readonly string[];
  /** It says itself where else modules are. */
  readonly changesPath?: true;
}

/** What `prove` must know of a file's content. Kept with a built image, so that its children need not read it again. */
export interface FileFacts {
  readonly elf?: ElfFacts;
  /** The first line of a script without `#!`, and without blanks at its ends. */
  readonly shebang?: string;
  /** Of scripts that a container may start. */
  readonly imports?: ScriptImports;
  /** It has a private key in it. */
  readonly holdsKey?: true;
  /** Whole text of the few files other checks read: passwd, group, ld.so.conf and its parts. */
  readonly text?: string;
}

/** Path → facts, for the files that have any. */
export type TreeFacts = ReadonlyMap<string, FileFacts>;
