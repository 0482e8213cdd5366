import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';

/** Finds a library for an object by looking in folders: its path. */
export type FindInFolders = (path: string, elf: ElfFacts, name: string) => string | undefined;

/**
 * Answers needs that no folder does, as loaders do: by what has been loaded before, for another object of the same
 * program, and has that name (glibc's `_dl_map_object`, musl's `load_library`). So a program with a RUNPATH provides for
 * its libraries, which have none. The loader itself is always there.
 */
export function loadedBefore(
  facts: TreeFacts,
  loaderOf: (interpreter: string) => string | undefined,
  findInFolders: FindInFolders,
): (path: string, name: string) => string | undefined {
  const found = new Map<string, string>();
  const known = new Map<string, string | undefined>();
  const find: FindInFolders = (path, elf, name) => {
    const key = keyOf(path, name);
    if (!known.has(key)) known.set(key, findInFolders(path, elf, name));
    return known.get(key);
  };
  for (const [program, { elf }] of facts) {
    if (elf?.interpreter === undefined) continue;
    const loader = loaderOf(elf.interpreter);
    for (const [key, path] of loadProgram(facts, { program, loader, find })) found.set(key, path);
  }
  return (path, name) => found.get(keyOf(path, name));
}

interface Start {
  readonly program: string;
  readonly loader: string | undefined;
  readonly find: FindInFolders;
}

/** Breadth first, as loaders go: what is answered by an earlier one, and only so. */
function* loadProgram(
  facts: TreeFacts,
  { program, loader, find }: Start,
): Generator<readonly [string, string]> {
  const byName = new Map<string, string>();
  const note = (path: string, name: string): void => {
    for (const each of [name, facts.get(path)?.elf?.soname ?? name])
      if (!byName.has(each)) byName.set(each, path);
  };
  if (loader !== undefined) note(loader, loader.slice(loader.lastIndexOf('/') + 1));
  const queue = new Set([program]);
  for (const at of queue) {
    const elf = facts.get(at)?.elf;
    for (const name of elf?.needed ?? []) {
      const before = byName.get(name);
      const path = before ?? (elf && find(at, elf, name));
      if (path === undefined || !elf) continue;
      if (before !== undefined && find(at, elf, name) === undefined) yield [keyOf(at, name), before];
      note(path, name);
      queue.add(path);
    }
  }
}

const keyOf = (path: string, name: string): string => `${path}\0${name}`;
