import { parentPath } from '../../model/tree-entry.ts';
import type { Listing } from '../rootfs/index.ts';

/** Answers for paths of one listing, without leading `/`. */
export interface PathResolver {
  /** The path with every link among its directories followed: `lib/x.so` → `usr/lib/x.so`. The last name stays. */
  canonical(path: string): string;
  /** What the link at `path` (a path of the listing) points to, itself perhaps a link; undefined for anything else. */
  linkTarget(path: string): string | undefined;
  /** The path with every link followed; undefined for a loop. It need not exist. */
  real(path: string): string | undefined;
}

/** Links one path may lead through, all counted, as in Linux (path_resolution(7)): more would take for ever. */
const maxLinks = 40;

interface Budget {
  links: number;
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** Resolves paths as the kernel would inside this root: absolute targets and `..` never leave it. */
export function pathResolver(listing: Listing): PathResolver {
  const folders = new Map<string, string | undefined>([['', '']]);

  const follow = (from: string, path: string, budget: Budget = { links: maxLinks }): string | undefined => {
    let current: string | undefined = path.startsWith('/') ? '' : from;
    for (const name of path.split('/')) {
      if (current === undefined) return undefined;
      if (name === '' || name === '.') continue;
      current = name === '..' ? parentPath(current) : step(current, name, budget);
    }
    return current;
  };
  const step = (folder: string, name: string, budget: Budget): string | undefined => {
    const path = join(folder, name);
    const entry = listing.get(path);
    if (entry?.type !== 'l') return path;
    budget.links -= 1;
    return budget.links < 0 ? undefined : follow(folder, entry.target, budget);
  };
  const folderOf = (path: string): string | undefined => {
    const folder = parentPath(path);
    if (!folders.has(folder)) folders.set(folder, follow('', folder));
    return folders.get(folder);
  };
  const canonical = (path: string): string => {
    const folder = folderOf(path);
    return folder === undefined ? path : join(folder, path.slice(path.lastIndexOf('/') + 1));
  };
  const linkTarget = (path: string): string | undefined => {
    const entry = listing.get(path);
    if (entry?.type !== 'l') return undefined;
    const cut = entry.target.lastIndexOf('/') + 1;
    const folder = follow(parentPath(path), entry.target.slice(0, cut));
    return folder === undefined ? undefined : join(folder, entry.target.slice(cut));
  };
  return { canonical, linkTarget, real: (path) => follow('', path) };
}
