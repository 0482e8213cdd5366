import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { sameKind } from './elf-platform.ts';

/**
 * Finds a library that what is at `path` needs in the private folder of its own package, such as `/usr/lib/jvm` or
 * `/opt/x`: by which links, and where. Its programs load libraries from there in ways no header tells: already loaded by
 * the program a plugin belongs to, or by a path that a wrapper sets. The library must be there all the same.
 */
export function privateLibraries(
  tree: Rootfs,
  facts: TreeFacts,
): (path: string, elf: ElfFacts, name: string) => readonly string[] | undefined {
  const byName = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const folder = privateFolder(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (folder === undefined || !name.includes('.so')) continue;
    const paths = byName.get(name);
    if (paths) paths.push(path);
    else byName.set(name, [path]);
  }
  return (path, elf, name) => {
    const folder = privateFolder(path);
    if (folder === undefined) return undefined;
    for (const candidate of byName.get(name) ?? []) {
      const found = privateFolder(candidate) === folder ? resolvePath(tree, candidate) : undefined;
      const library = found?.found ? facts.get(found.path)?.elf : undefined;
      if (found?.found && library && sameKind(library, elf)) return [...found.links, found.path];
    }
    return undefined;
  };
}

const library = String.raw`(?:usr/|usr/local/)?(?:lib|lib32|lib64|libx32|libexec)/(?:[^/]+-linux-[^/]+/)?`;
const privatePath = new RegExp(`^(?:${library}(?![^/]+-linux-[^/]+/)|opt/)[^/]+(?=/)`);

/** True for a file in a folder that is one package's own. */
export const isPrivate = (path: string): boolean => privatePath.test(path);

/** The topmost folder that is one package's own; undefined in folders that all packages share. */
const privateFolder = (path: string): string | undefined => privatePath.exec(path)?.[0];
