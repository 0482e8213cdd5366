import type { UserIdentity } from '../../model/lookup-user.ts';
import { parentPath, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';

const bits = { read: 4, execute: 1 } as const;

/**
 * What keeps a user from executing a file, by the modes of it and of the folders above (path_resolution(7)); undefined
 * when nothing does. A script must be readable, too.
 */
export function executionObstacle(
  tree: Rootfs,
  file: TreeEntry,
  user: UserIdentity,
  isScript: boolean,
): string | undefined {
  for (let folder = parentPath(file.path); folder !== ''; folder = parentPath(folder)) {
    const entry = tree.get(folder);
    if (entry && !may(entry, user, bits.execute)) return `may not enter /${folder}${described(entry)}`;
  }
  if (!may(file, user, bits.execute)) return `may not execute it${described(file)}`;
  return isScript && !may(file, user, bits.read) ? `may not read it${described(file)}` : undefined;
}

/** Capabilities let root do all this, but execute what nobody may. */
function may(entry: TreeEntry, { uid, gid, additionalGids }: UserIdentity, bit: number): boolean {
  if (uid === 0) return bit !== bits.execute || entry.type === 'directory' || (entry.mode & 0o111) !== 0;
  const isGroup = entry.gid === gid || additionalGids.includes(entry.gid);
  const shift = entry.uid === uid ? 6 : isGroup ? 3 : 0;
  return ((entry.mode >> shift) & bit) !== 0;
}

const described = ({ uid, gid, mode }: TreeEntry): string =>
  ` (mode ${(mode & 0o7777).toString(8).padStart(4, '0')}, of ${uid}:${gid})`;
