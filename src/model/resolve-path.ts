import type { Rootfs, TreeEntry } from './tree-entry.ts';

/** Where a path leads inside a tree. `path` is `''` for the root, which needs no entry and never has one. */
export type Resolution =
  | { readonly found: true; readonly path: string; readonly entry: TreeEntry | undefined }
  /** `at`: the path the walk got to, every link before it followed. */
  | { readonly found: false; readonly reason: 'missing' | 'not-a-directory' | 'loop'; readonly at: string };

/** Linux gives up with ELOOP after this many symbolic links (path_resolution(7)). */
const maxLinks = 40;

/**
 * Follows a path, absolute or relative to the root, as the kernel would in a container of this tree: name by name,
 * every symbolic link followed, `..` of the root being the root. Never throws.
 */
export function resolvePath(tree: Rootfs, path: string): Resolution {
  const pending = path.split('/').reverse();
  let at = '';
  let entry: TreeEntry | undefined;
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (entry && entry.type !== 'directory') return { found: false, reason: 'not-a-directory', at };
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      entry = tree.get(at);
      continue;
    }
    const next = at === '' ? name : `${at}/${name}`;
    const found = tree.get(next);
    if (!found) return { found: false, reason: 'missing', at: restOf(next, pending) };
    if (found.type !== 'symlink') {
      at = next;
      entry = found;
      continue;
    }
    if (++links > maxLinks) return { found: false, reason: 'loop', at: next };
    pending.push(...found.target.split('/').reverse());
    if (found.target.startsWith('/')) {
      at = '';
      entry = undefined;
    }
  }
  return { found: true, path: at, entry };
}

/** A missing path with the names still to come, for messages. */
function restOf(path: string, pending: readonly string[]): string {
  const rest = pending.filter((name) => name !== '' && name !== '.').reverse();
  return [path, ...rest].join('/');
}
