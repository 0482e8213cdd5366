import type { PathSet } from '../../model/absent.ts';
import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import { resolvePath } from '../../model/resolve-path.ts';

/**
 * Answers whether something is lacking as the packages have it, rather than gone: see `Subject.isMeantToLack`. Without
 * `shipped`, the paths that the packages came with, nothing is.
 */
export function meantToLack(
  tree: Rootfs,
  shipped: PathSet | undefined,
): (path: string, lacked: string) => boolean {
  if (!shipped) return () => false;
  let names: ReadonlySet<string> | undefined;
  const isShipped = (lacked: string): boolean => {
    const path = canonical(tree, lacked);
    if (lacked.startsWith('/')) return shipped.has(path) || tree.has(path);
    names ??= new Set([...shipped.keys()].map(nameOf));
    return names.has(lacked);
  };
  return (path, lacked) => tree.get(path)?.origin?.kind === 'package' && !isShipped(lacked);
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A path as lists of packages have it once the links in its folders are followed. */
function canonical(tree: Rootfs, path: string): string {
  const relative = path.replace(/^\/+/, '');
  const folder = resolvePath(tree, parentPath(relative));
  const at = folder.found ? folder.path : folder.at;
  return at === '' ? nameOf(relative) : `${at}/${nameOf(relative)}`;
}
