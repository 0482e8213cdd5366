import type { TreeEntry } from '../../model/tree-entry.ts';

/** True when two entries differ in nothing but path, mtime, origin and where their content is. */
export function isSame(a: TreeEntry, b: TreeEntry): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (!hasSameXattrs(a, b)) return false;
  if (a.type === 'file') return b.type === 'file' && a.sha256 === b.sha256;
  if (a.type === 'symlink') return b.type === 'symlink' && a.target === b.target;
  return a.type === b.type;
}

function hasSameXattrs(a: TreeEntry, b: TreeEntry): boolean {
  if (a.xattrs.size !== b.xattrs.size) return false;
  return [...a.xattrs].every(([name, value]) => {
    const other = b.xattrs.get(name);
    return other !== undefined && Buffer.compare(value, other) === 0;
  });
}
