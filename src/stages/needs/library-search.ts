import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import { cLibraryIn } from './c-library.ts';
import { elfPlatform, sameKind } from './elf-platform.ts';
import { expandFolders, tokensIn, type TokenValues } from './expand-folders.ts';
import { configuredFolders } from './ld-so-conf.ts';

/** What looking for a library came to: its real path and the links that lead there, or why there is none. */
export type Found =
  | { readonly path: string; readonly links: readonly string[] }
  | { readonly path?: undefined; readonly otherKind: string | undefined };

/** Looks libraries up in one tree as its dynamic loader would. */
export interface LibrarySearch {
  /** Whether the loader of musl looks for what this needs. */
  readonly isMusl: (elf: ElfFacts) => boolean;
  /** Folders of an object's RPATH, RUNPATH or LD_LIBRARY_PATH, with their tokens filled in. */
  readonly expand: (folders: readonly string[], path: string, elf: ElfFacts) => readonly string[];
  /** Folders every program of this kind is searched for in, in order: configuration, then the loader's own. */
  readonly commonFolders: (elf: ElfFacts) => readonly string[];
  /** The first library of that name, for the same kind of processor, in these folders. */
  readonly find: (name: string, elf: ElfFacts, folders: readonly string[]) => Found;
}

/** A search in a tree; facts may come from its parents. Folders are absolute. */
export function librarySearch(tree: Rootfs, facts: TreeFacts): LibrarySearch {
  const configured = configuredFolders(facts);
  const realFolder = memoize((folder) => resolvePath(tree, folder));
  const variants = hardwareVariants(tree);
  const at = (folder: string, name: string) => {
    const real = realFolder(folder);
    if (!real.found) return undefined;
    for (const each of [real.path, ...(variants.get(real.path) ?? [])]) {
      const file = resolvePath(tree, `${each}/${name}`);
      if (file.found) return { path: file.path, links: [...real.links, ...file.links] };
    }
    return undefined;
  };
  const isMusl = (elf: ElfFacts): boolean => cLibraryIn(tree, elf) === 'musl';
  return {
    isMusl,
    expand(folders, path, elf) {
      const origin = { ORIGIN: [`/${parentPath(path)}`] };
      if (!isMusl(elf)) return expandFolders(folders, { ...origin, ...tokenValues(tree, elf) });
      // It ignores a list with any other token (`fixup_rpath` in its `dynlink.c`).
      return folders.some((folder) => tokensIn(folder).some((name) => name !== 'ORIGIN'))
        ? []
        : expandFolders(folders, origin);
    },
    commonFolders: (elf) => (isMusl(elf) ? muslFolders(facts) : [...configured, ...loaderFolders(tree, elf)]),
    find(name, elf, folders) {
      let otherKind: string | undefined;
      for (const folder of folders) {
        const file = at(folder, name);
        if (!file) continue;
        const candidate = facts.get(file.path)?.elf;
        if (candidate && sameKind(candidate, elf)) return file;
        if (tree.get(file.path)?.type === 'file') otherKind ??= file.path;
      }
      return { otherKind };
    },
  };
}

/**
 * Folder → its subfolders with libraries for better processors (ld.so(8), "glibc-hwcaps"). They are preferred where the
 * processor is one, which nobody knows before; so what is for all counts first here.
 */
function hardwareVariants(tree: Rootfs): ReadonlyMap<string, readonly string[]> {
  const variants = new Map<string, string[]>();
  for (const { path, type } of tree.values()) {
    const [, folder] = (type === 'directory' && /^(.*)\/glibc-hwcaps\/[^/]+$/.exec(path)) || [];
    if (folder !== undefined) variants.set(folder, [...(variants.get(folder) ?? []), path]);
  }
  return variants;
}

/** Folders built into glibc's loader: Debian's multiarch ones where the tree has them, else the traditional ones. */
export function loaderFolders(tree: Rootfs, elf: ElfFacts): readonly string[] {
  const [folder = 'lib'] = libraryFolders(tree, elf);
  const folders = folder === 'lib' ? ['lib', 'lib32'] : [folder, 'lib'];
  return folders.flatMap((each) => [`/${each}`, `/usr/${each}`]);
}

/** What the loader's own folder is called below `/` and `/usr`. */
function libraryFolders(tree: Rootfs, elf: ElfFacts): readonly string[] {
  const { triplet, folder } = elfPlatform(elf) ?? {};
  const isMultiarch =
    triplet !== undefined && [`lib/${triplet}`, `usr/lib/${triplet}`].some((path) => tree.has(path));
  if (isMultiarch) return [`lib/${triplet}`];
  return folder === undefined ? (elf.class === 64 ? ['lib64', 'lib'] : ['lib', 'lib32']) : [folder];
}

const tokenValues = (tree: Rootfs, elf: ElfFacts): TokenValues => ({
  LIB: libraryFolders(tree, elf),
  PLATFORM: elfPlatform(elf)?.names ?? [],
});

function muslFolders(facts: TreeFacts): readonly string[] {
  const paths = [...facts.keys()].filter((path) => /^etc\/ld-musl-[^/]*\.path$/.test(path));
  const [configured] = paths.flatMap((path) => facts.get(path)?.text ?? []);
  return configured?.split(/[:\n]/).filter(Boolean) ?? ['/lib', '/usr/local/lib', '/usr/lib'];
}

function memoize<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
