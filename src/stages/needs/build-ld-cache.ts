import { createHash } from 'node:crypto';
import type { TreeFacts } from '../../model/file-facts.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type FileEntry, type Rootfs } from '../../model/tree-entry.ts';
import { isMusl } from './c-library.ts';
import { elfPlatform } from './elf-platform.ts';
import { encodeLdCache, type CachedLibrary } from './encode-ld-cache.ts';
import { configuredFolders } from './ld-so-conf.ts';
import { loaderFolders } from './library-search.ts';

const cachePath = 'etc/ld.so.cache';

/** Names ldconfig(8) looks at. */
const libraryName = /^(?:lib|ld-).*\.so(?:\.|$)/;

/** A library with the folder, in the tree, that it was found in. */
interface FoundLibrary extends CachedLibrary {
  readonly isBeyondDefaults: boolean;
}

/**
 * Makes `/etc/ld.so.cache` for a whole tree when `ld.so.conf` names folders with libraries that the loader does not
 * search by itself, or when it has one of an earlier layer, which may name libraries that are gone; undefined when it
 * needs none. The same bytes for the same tree; its time is 0.
 */
export function buildLdCache(tree: Rootfs, facts: TreeFacts): FileEntry | undefined {
  const libraries = findLibraries(tree, facts);
  const isStale = tree.get(cachePath)?.origin?.kind === 'kubler';
  if (!isStale && !libraries.some((library) => library.isBeyondDefaults)) return undefined;
  const bytes = encodeLdCache(libraries);
  return {
    type: 'file',
    path: cachePath,
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    xattrs: new Map(),
    origin: { kind: 'kubler' },
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    content: { kind: 'bytes', bytes },
  };
}

/** Libraries of the configured folders and of the loader's own, in the order the loader prefers them. */
function findLibraries(tree: Rootfs, facts: TreeFacts): readonly FoundLibrary[] {
  const defaults = new Set<string>();
  for (const { elf } of facts.values()) {
    if (elf?.interpreter !== undefined) for (const folder of loaderFolders(tree, elf)) defaults.add(folder);
  }
  const realDefaults = new Set([...defaults].map((folder) => realFolder(tree, folder)));
  const libraryFiles = filesByFolder(tree);
  const seen = new Set<string>();
  return [...configuredFolders(facts), ...defaults].flatMap((folder) => {
    const real = realFolder(tree, folder);
    if (real === undefined || seen.has(real)) return [];
    seen.add(real);
    const isBeyondDefaults = !realDefaults.has(real);
    return (libraryFiles.get(real) ?? []).flatMap((path) => {
      const library = describeLibrary(tree, facts, path);
      if (!library) return [];
      return [{ ...library, path: `${folder}/${library.name}`, isBeyondDefaults }];
    });
  });
}

function realFolder(tree: Rootfs, folder: string): string | undefined {
  const found = resolvePath(tree, folder);
  return found.found ? found.path : undefined;
}

function filesByFolder(tree: Rootfs): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const path of tree.keys()) {
    if (!path.includes('.so') || !libraryName.test(path.slice(path.lastIndexOf('/') + 1))) continue;
    const folder = parentPath(path);
    const siblings = files.get(folder);
    if (siblings) siblings.push(path);
    else files.set(folder, [path]);
  }
  return files;
}

/**
 * What ldconfig lists for this name: a library under its own soname, or under the name a linker uses (`libz.so`).
 * Undefined for further names of it and for what is no library of glibc.
 */
function describeLibrary(
  tree: Rootfs,
  facts: TreeFacts,
  path: string,
): { readonly name: string; readonly flags: number } | undefined {
  const target = resolvePath(tree, path);
  const elf = target.found ? facts.get(target.path)?.elf : undefined;
  const platform = elf && elfPlatform(elf);
  if (!platform || isMusl(elf)) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isLinkerName = tree.get(path)?.type === 'symlink' && name.endsWith('.so');
  return name === (elf.soname ?? name) || isLinkerName ? { name, flags: platform.cacheFlags } : undefined;
}
