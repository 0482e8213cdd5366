import { parentPath } from './tree-entry.ts';

/** What a walk needs to know of a path: where a link points to, or whether something can be below what is there. */
export type PathNode = { readonly target: string } | { readonly isDirectory: boolean };

/** Where a walk ended; `''` is the root. */
export interface Walked {
  /** With every link followed, as far as the walk got: past what is missing, to the file or link that ends it. */
  readonly path: string;
  /** The links that were followed, in order. */
  readonly links: readonly string[];
  /** Why nothing is there. */
  readonly failure?: 'missing' | 'not-a-directory' | 'loop';
}

/** Linux gives up with ELOOP after so many links, all counted (path_resolution(7)). */
const maxLinks = 40;

/**
 * Follows a path, absolute or relative to the root, as the kernel would with this root as `/`: name by name, every
 * symbolic link followed, `..` of the root being the root. `lookup` is asked for paths whose folders have no links in them,
 * and gives undefined for what is not there.
 */
export function walkPath(path: string, lookup: (path: string) => PathNode | undefined): Walked {
  const pending = path.split('/').reverse();
  let at = '';
  const links: string[] = [];
  let last: PathNode | undefined = { isDirectory: true };
  let isMissing = false;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (last && 'isDirectory' in last && !last.isDirectory)
      return { path: at, links, failure: 'not-a-directory' };
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = parentPath(at);
      continue;
    }
    const next = at === '' ? name : `${at}/${name}`;
    last = isMissing ? undefined : lookup(next);
    isMissing ||= !last;
    if (!last || 'isDirectory' in last) {
      at = next;
      continue;
    }
    links.push(next);
    if (links.length > maxLinks) return { path: next, links, failure: 'loop' };
    pending.push(...last.target.split('/').reverse());
    if (last.target.startsWith('/')) at = '';
  }
  return isMissing ? { path: at, links, failure: 'missing' } : { path: at, links };
}
