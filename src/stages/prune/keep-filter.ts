import { matchesAny } from '../../model/glob.ts';
import { parentPath } from '../../model/tree-entry.ts';

/** A test for paths that globs of KEEP name, directly or by a folder above them. */
export function keepFilter(keep: readonly string[]): (path: string) => boolean {
  const matches = matchesAny(keep.map((glob) => glob.replace(/\/+$/, '')));
  if (keep.length === 0) return () => false;
  return (path) => {
    for (let at = path; at !== ''; at = parentPath(at)) if (matches(at)) return true;
    return false;
  };
}
