import { parentPath } from '../../model/tree-entry.ts';
import { walkPath, type PathNode } from '../../model/walk-path.ts';

/** Answers for paths of one listing, without leading `/`. */
export interface PathResolver {
  /** The path with every link among its directories followed: `lib/x.so` → `usr/lib/x.so`. The last name stays. */
  canonical(path: string): string;
  /** What the link at `path` (a path of the listing) points to, itself perhaps a link; undefined for anything else. */
  linkTarget(path: string): string | undefined;
  /** The path with every link followed; undefined for a loop. It need not exist. */
  real(path: string): string | undefined;
}

const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

/** What is known of links; `type` is `l` for one. */
export interface Links {
  get(path: string): { readonly type: string; readonly target: string } | undefined;
}

/** Resolves paths as the kernel would inside this root: absolute targets and `..` never leave it. */
export function pathResolver(listing: Links): PathResolver {
  const folders = new Map<string, string | undefined>([['', '']]);

  const lookup = (path: string): PathNode => {
    const entry = listing.get(path);
    return entry?.type === 'l' ? { target: entry.target } : { isDirectory: true };
  };
  const real = (path: string): string | undefined => {
    const walked = walkPath(path, lookup);
    return walked.failure === undefined ? walked.path : undefined;
  };
  const folderOf = (path: string): string | undefined => {
    const folder = parentPath(path);
    if (!folders.has(folder)) folders.set(folder, real(folder));
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
    const folder = entry.target.slice(0, cut);
    const end = real(folder.startsWith('/') ? folder : `${parentPath(path)}/${folder}`);
    return end === undefined ? undefined : join(end, entry.target.slice(cut));
  };
  return { canonical, linkTarget, real };
}
