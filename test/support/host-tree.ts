import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parentPath, toRootfs, type Rootfs, type TreeEntry } from '../../src/model/tree-entry.ts';

const meta = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Uint8Array>() };

/**
 * Files of this machine, in folders below `root`, as a tree whose contents are where they are; digests are left out. Of those that
 * are not executable, only what has such a path.
 */
export function hostTree(folders: readonly string[], root = '/', only = /^/): Rootfs {
  const entries: TreeEntry[] = [];
  const pending = [...folders];
  const above = folders.map(parentPath).filter((path) => path !== '' && !folders.includes(path));
  for (const path of new Set(above)) entries.push({ type: 'directory', path, mode: 0o755, ...meta });
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const hostFile = join(root, path);
    const stat = lstatSync(hostFile, { throwIfNoEntry: false });
    const mode = (stat?.mode ?? 0) & 0o7777;
    if (stat?.isDirectory()) {
      entries.push({ type: 'directory', path, mode, ...meta });
      for (const name of readdirSync(hostFile)) pending.push(`${path}/${name}`);
    } else if (stat?.isSymbolicLink()) {
      entries.push({ type: 'symlink', path, target: readlinkSync(hostFile), mode, ...meta });
    } else if (stat?.isFile() && ((mode & 0o111) !== 0 || only.test(path))) {
      const { size } = stat;
      const content = { kind: 'slice', hostFile, offset: 0, size } as const;
      entries.push({ type: 'file', path, mode, ...meta, size, sha256: '', content });
    }
  }
  return toRootfs(entries);
}
