import type { Rootfs } from '../../model/tree-entry.ts';

/** The tree with its times in normal form: none after `epoch` (seconds since 1970), directories exactly then. */
export function normalise(rootfs: Rootfs, epoch: number): Rootfs {
  const entries = [...rootfs].map(([path, entry]) => {
    const mtime = entry.type === 'directory' ? epoch : Math.min(entry.mtime, epoch);
    return [path, { ...entry, mtime }] as const;
  });
  return new Map(entries);
}
