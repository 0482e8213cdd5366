import type { Rootfs } from '../../model/tree-entry.ts';

/** What a build container shows of these folders belongs to its mounts, not to the tree. */
const modes: ReadonlyMap<string, number> = new Map([
  ['dev', 0o755],
  ['proc', 0o555],
  ['run', 0o755],
  ['sys', 0o555],
  ['tmp', 0o1777],
  ['var/tmp', 0o1777],
]);

/** Gives the mount points that a tree has the owner and mode of a Debian root, so that no engine shows in them. */
export function settleMountPoints(tree: Rootfs, protect: ReadonlySet<string>): Rootfs {
  const settled = new Map(tree);
  for (const [path, mode] of modes) {
    const entry = tree.get(path);
    if (entry?.type !== 'directory' || protect.has(path)) continue;
    settled.set(path, { ...entry, mode, uid: 0, gid: 0, xattrs: new Map() });
  }
  return settled;
}
