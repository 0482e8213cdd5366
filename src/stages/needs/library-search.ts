import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import { cLibraryIn } from './c-library.ts';
import { elfPlatform, sameKind } from './elf-platform.ts';
import { configuredFolders } from './ld-so-conf.ts';

/** What looking for a library came to: its real path and the links that lead there, or why there is none. */
export type Found =
  | { readonly path: string; readonly links: readonly string[] }
  | { readonly path?: undefined; readonly otherKind: string | undefined };

/** Looks libraries up in one tree as its dynamic loader would. */
export interface LibrarySearch {
  /** Whether the loader of musl looks for what this needs. */
  readonly isMusl: (elf: ElfFacts) => boolean;
  /** Folders every program of this kind is searched for in, in order: configuration, then the loader's own. */
  readonly commonFolders: (elf: ElfFacts) => readonly string[];
  /** The first library of that name, for the same kind of processor, in these folders. */
  readonly find: (name: string, elf: ElfFacts, folders: readonly string[]) => Found;
}

/** A search in a tree; facts may come from its parents. Folders are absolute. */
export function librarySearch(tree: Rootfs, facts: TreeFacts): LibrarySearch {
  const configured = configuredFolders(facts);
  const realFolder = memoize((folder) => resolvePath(tree, folder));
  const at = (folder: string, name: string) => {
    const real = realFolder(folder);
    if (!real.found) return undefined;
    const file = resolvePath(tree, `${real.path}/${name}`);
    return file.found ? { path: file.path, links: [...real.links, ...file.links] } : undefined;
  };
  const isMusl = (elf: ElfFacts): boolean => cLibraryIn(tree, elf) === 'musl';
  return {
    isMusl,
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

/** Folders built into glibc's loader: Debian's multiarch ones where the tree has them, else the traditional ones. */
export function loaderFolders(tree: Rootfs, elf: ElfFacts): readonly string[] {
  const triplet = elfPlatform(elf)?.triplet;
  const isMultiarch =
    triplet !== undefined && [`lib/${triplet}`, `usr/lib/${triplet}`].some((path) => tree.has(path));
  if (isMultiarch) return [`/lib/${triplet}`, `/usr/lib/${triplet}`, '/lib', '/usr/lib'];
  return elf.class === 64
    ? ['/lib64', '/usr/lib64', '/lib', '/usr/lib']
    : ['/lib', '/usr/lib', '/lib32', '/usr/lib32'];
}

function muslFolders(facts: TreeFacts): readonly string[] {
  const paths = [...facts.keys()].filter((path) => /^etc\/ld-musl-[^/]*\.path$/.test(path));
  const [configured] = paths.flatMap((path) => facts.get(path)?.text ?? []);
  return configured?.split(/[:\n]/).filter(Boolean) ?? ['/lib', '/usr/local/lib', '/usr/lib'];
}

/**
 * A list of RPATH or RUNPATH with its tokens filled in (ld.so(8), "Dynamic string tokens"). Relative folders depend on
 * the caller's working directory and are left out.
 */
export function expandFolders(
  folders: readonly string[],
  objectPath: string,
  elf: ElfFacts,
): readonly string[] {
  const libraries = [
    'lib',
    'lib64',
    ...[elfPlatform(elf)?.triplet ?? []].flat().map((triplet) => `lib/${triplet}`),
  ];
  return folders
    .map((folder) => folder.replace(/\$(?:ORIGIN\b|\{ORIGIN\})/g, `/${parentPath(objectPath)}`))
    .flatMap((folder) =>
      /\$(?:LIB\b|\{LIB\})/.test(folder)
        ? libraries.map((lib) => folder.replace(/\$(?:LIB\b|\{LIB\})/g, lib))
        : [folder],
    )
    .filter((folder) => folder.startsWith('/'));
}

function memoize<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
