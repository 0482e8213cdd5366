import { isExecutable } from '../../model/find-command.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { otherCLibrary } from './c-library.ts';
import { sameKind } from './elf-platform.ts';
import { maxFolders } from './expand-folders.ts';
import { librarySearch, type Found } from './library-search.ts';
import { loadedBefore } from './loaded-before.ts';
import type { Need } from './need.ts';
import { privateLibraries } from './private-libraries.ts';

/** What the kernel takes of one variable (MAX_ARG_STRLEN). */
const maxPathBytes = 1 << 17;
/** A limit for trees made to exhaust us: folders that libraries get from others. */
const maxInherited = 100_000;

const foldersIn = (libraryPath: string): readonly string[] =>
  [...new Set(libraryPath.slice(0, maxPathBytes).split(/[:;]/).filter(Boolean))].slice(0, maxFolders);

/** Looks up what programs and libraries of one tree are loaded with. */
export interface ElfNeeds {
  /** The loader and the libraries that a file names. */
  readonly of: (path: string, elf: ElfFacts) => readonly Need[];
  /** Looks a library up as if the file named it: `kind` and `name` are the caller's. */
  readonly library: (path: string, elf: ElfFacts, name: string) => Pick<Need, 'answer' | 'fault'>;
}

/** @param libraryPath value of LD_LIBRARY_PATH in the image */
export function elfNeeds(tree: Rootfs, facts: TreeFacts, libraryPath = ''): ElfNeeds {
  const search = librarySearch(tree, facts);
  const early = foldersIn(libraryPath);
  const findPrivate = privateLibraries(tree, facts);

  /** Folders in the order of ld.so(8), "Description", and of musl's `load_library` in its `dynlink.c`. */
  const searchFolders = (
    path: string,
    elf: ElfFacts,
    inherited: Iterable<string> = [],
  ): readonly string[] => {
    const expand = (folders: readonly string[]): readonly string[] => search.expand(folders, path, elf);
    const common = search.commonFolders(elf);
    if (search.isMusl(elf)) return [...expand(early), ...expand(handedDown(elf)), ...inherited, ...common];
    if (elf.runpath.length > 0) return [...expand(early), ...expand(elf.runpath), ...common];
    return [...expand(elf.rpath), ...inherited, ...expand(early), ...common];
  };
  const find = (name: string, path: string, elf: ElfFacts, folders: readonly string[]): Found => {
    // A name with a slash is a path, in which `$ORIGIN` may stand.
    const [expanded = name] = name.includes('/') ? search.expand([name], path, elf) : [];
    return search.find(expanded, elf, name.includes('/') ? [''] : folders);
  };

  /**
   * What an object hands down to what it loads: the RPATH where there is no RUNPATH; with musl whichever counts, RUNPATH
   * if there are both (`fixup_rpath` in its `dynlink.c`).
   */
  const handedDown = (elf: ElfFacts): readonly string[] => {
    if (elf.runpath.length === 0) return elf.rpath;
    return search.isMusl(elf) ? elf.runpath : [];
  };
  const inherited = lazily(() =>
    inheritedFolders(facts, {
      folders: (path, elf) => search.expand(handedDown(elf), path, elf),
      find: (name, path, elf, inherited) => find(name, path, elf, searchFolders(path, elf, inherited)),
    }),
  );

  const folders = new Map<string, readonly string[]>();
  const findInFolders = (path: string, elf: ElfFacts, name: string): Found => {
    const own = folders.get(path) ?? searchFolders(path, elf, inherited().get(path));
    folders.set(path, own);
    return find(name, path, elf, own);
  };
  const before = lazily(() =>
    loadedBefore(
      facts,
      (interpreter) => pathOf(tree, interpreter),
      (path, elf, name) => findInFolders(path, elf, name).path,
    ),
  );

  const library = (path: string, elf: ElfFacts, name: string): Pick<Need, 'answer' | 'fault'> => {
    const found = findInFolders(path, elf, name);
    if (found.path !== undefined) return { answer: [...found.links, found.path] };
    const loaded = before()(path, name);
    const answer = loaded === undefined ? findPrivate(path, elf, name) : [loaded];
    return answer ? { answer } : { answer: [], fault: describeMissing(found, name, tree, elf) };
  };
  return {
    library,
    of: (path, elf) => [
      ...(elf.interpreter === undefined ? [] : [loaderOf(tree, facts, elf, elf.interpreter)]),
      ...elf.needed
        .filter((name) => !(search.isMusl(elf) && muslOwn.test(name)))
        .map((name): Need => ({ kind: 'library', name, ...library(path, elf, name) })),
    ],
  };
}

/** Names musl's loader answers itself (`reserved` in its `dynlink.c`). */
const muslOwn = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;

function describeMissing(found: Found, name: string, tree: Rootfs, elf: ElfFacts): string {
  if (found.path === undefined && found.otherKind !== undefined)
    return `and /${found.otherKind} is not a library for the same processor`;
  const reason = name.startsWith('libc.') ? otherCLibrary(tree, elf) : undefined;
  return `which no folder of the library path holds${reason === undefined ? '' : `: ${reason}`}`;
}

function pathOf(tree: Rootfs, path: string): string | undefined {
  const end = resolvePath(tree, path);
  return end.found ? end.path : undefined;
}

function loaderOf(tree: Rootfs, facts: TreeFacts, elf: ElfFacts, name: string): Need {
  const loader = resolvePath(tree, name);
  const need = { kind: 'loader', name, answer: [] } as const;
  if (!loader.found) {
    const reason = otherCLibrary(tree, elf);
    return { ...need, fault: `which is not in the image${reason === undefined ? '' : `: ${reason}`}` };
  }
  if (!isExecutable(loader.entry)) return { ...need, fault: 'which is no executable file' };
  const loaderElf = facts.get(loader.path)?.elf;
  if (!loaderElf || !sameKind(loaderElf, elf))
    return { ...need, fault: 'which is not for the same processor' };
  // A loader is started by the kernel, without another one.
  if (loaderElf.interpreter !== undefined) return { ...need, fault: 'which is no loader' };
  return { ...need, answer: [...loader.links, loader.path] };
}

interface Lookup {
  /** What an object hands down. */
  readonly folders: (path: string, elf: ElfFacts) => readonly string[];
  readonly find: (name: string, path: string, elf: ElfFacts, inherited: readonly string[]) => Found;
}

/** Path of a library → folders that what loads it hands down. */
function inheritedFolders(facts: TreeFacts, lookup: Lookup): ReadonlyMap<string, ReadonlySet<string>> {
  const inherited = new Map<string, Set<string>>();
  let left = maxInherited;
  for (const [path, { elf }] of facts) {
    const folders = elf ? lookup.folders(path, elf) : [];
    if (folders.length === 0 || left < 0) continue;
    const pending = new Set([path]);
    for (const at of pending) {
      const loaded = facts.get(at)?.elf;
      for (const name of loaded?.needed ?? []) {
        const found = loaded && lookup.find(name, at, loaded, folders).path;
        if (found === undefined || pending.has(found)) continue;
        pending.add(found);
        left -= folders.length;
        const known = inherited.get(found) ?? new Set();
        inherited.set(found, known);
        for (const folder of folders) known.add(folder);
      }
    }
  }
  return inherited;
}

function lazily<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => (known ??= { value: compute() }).value;
}
