import { isBelow, parentPath } from '../../model/tree-entry.ts';

/** These paths and every folder they are in. */
export function withParents(paths: Iterable<string>): Set<string> {
  const all = new Set<string>();
  for (const path of paths) {
    // A path that is there already has brought its folders.
    for (let each = path; each !== '' && !all.has(each); each = parentPath(each)) all.add(each);
  }
  return all;
}

/** Those of these paths that are not below another one of them. */
export function topmost(paths: ReadonlySet<string>): string[] {
  return [...paths].filter((path) => !isBelow(path, (folder) => paths.has(folder)));
}
