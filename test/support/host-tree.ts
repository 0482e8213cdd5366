import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { toRootfs, type Rootfs, type TreeEntry } from '../../src/model/tree-entry.ts';

const meta = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Uint8Array>() };

/** Files of this machine, below `root`, as a tree whose contents are where they are; digests are left out. */
export function hostTree(folders: readonly string[], root = '/'): Rootfs {
  const entries: TreeEntry[] = [];
  const pending = [...folders];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const hostFile = join(root, path);
    const stat = lstatSync(hostFile, { throwIfNoEntry: false });
    const mode = (stat?.mode ?? 0) & 0o7777;
    if (stat?.isDirectory()) {
      entries.push({ type: 'directory', path, mode, ...meta });
      for (const name of readdirSync(hostFile)) pending.push(`${path}/${name}`);
    } else if (stat?.isSymbolicLink()) {
      entries.push({ type: 'symlink', path, target: readlinkSync(hostFile), mode, ...meta });
    } else if (stat?.isFile()) {
      const { size } = stat;
      const content = { kind: 'slice', hostFile, offset: 0, size } as const;
      entries.push({ type: 'file', path, mode, ...meta, size, sha256: '', content });
    }
  }
  return toRootfs(entries);
}
