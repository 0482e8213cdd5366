import { createHash } from 'node:crypto';
import { KublerError } from '../../errors.ts';
import { toRootfs, type FileEntry, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import { readTarFile, type ArchiveMember } from '../../oci/tar-read.ts';
import { keepXattrs } from './keep-xattrs.ts';
import { memberPath } from './member-path.ts';

/** What a spool has and an image does not get. GNU tar leaves sockets out by itself. */
export interface Dropped {
  readonly devices: number;
  /** Name of an extended attribute → files that had it. */
  readonly xattrs: ReadonlyMap<string, number>;
}

export interface SpooledTree {
  readonly rootfs: Rootfs;
  readonly dropped: Dropped;
}

/**
 * Reads a tar spool in one pass, digests included. Content stays in the spool, which must outlive the tree.
 * Throws `ROOTFS_INVALID` for a damaged or inconsistent archive, `ROOTFS_ESCAPE` for a name that leaves the root.
 */
export async function readSpool(spoolFile: string): Promise<SpooledTree> {
  const entries = new Map<string, TreeEntry>();
  const devices = new Set<string>();
  const xattrs = new Map<string, number>();
  const links = linker(entries, devices);
  for await (const member of readTarFile(spoolFile)) {
    const path = rootPath(member.path);
    if (path === '') continue;
    if (member.type === 'device') {
      devices.add(path);
      continue;
    }
    if (member.type === 'hardlink') {
      links.add(path, rootPath(member.linkTarget));
      continue;
    }
    const { kept, dropped } = keepXattrs(member.xattrs);
    for (const name of dropped) xattrs.set(name, (xattrs.get(name) ?? 0) + 1);
    entries.set(path, await toEntry(path, member, kept, spoolFile));
  }
  return { rootfs: toRootfs(entries.values()), dropped: { devices: devices.size, xattrs } };
}

async function toEntry(
  path: string,
  member: ArchiveMember,
  xattrs: FileEntry['xattrs'],
  hostFile: string,
): Promise<TreeEntry> {
  const { mode, uid, gid, mtime, size, offset } = member;
  const meta = { path, mode, uid, gid, mtime, xattrs };
  if (member.type === 'symlink') return { type: 'symlink', ...meta, target: member.linkTarget };
  if (member.type !== 'file') return { type: member.type === 'fifo' ? 'fifo' : 'directory', ...meta };
  const hash = createHash('sha256');
  for await (const chunk of member.content()) hash.update(chunk);
  const content = { kind: 'slice', hostFile, offset, size } as const;
  return { type: 'file', ...meta, size, sha256: hash.digest('hex'), content };
}

function rootPath(name: string): string {
  const path = memberPath(name);
  if (path !== undefined) return path;
  throw new KublerError('ROOTFS_ESCAPE', `cannot read tar archive: "${name}" is outside of the root`);
}

/** Turns hard links into further entries of the inode they name. */
function linker(entries: Map<string, TreeEntry>, devices: Set<string>) {
  let inodes = 0;
  return {
    add(path: string, target: string): void {
      // GNU tar's way to store a file whose name was given twice.
      if (path === target) return;
      if (devices.has(target)) {
        devices.add(path);
        return;
      }
      const entry = entries.get(target);
      if (!entry) {
        throw new KublerError(
          'ROOTFS_INVALID',
          `cannot read tar archive: "${path}" is a hard link to "${target}", which is not before it`,
        );
      }
      if (entry.type !== 'file') {
        entries.set(path, { ...entry, path });
        return;
      }
      const inode = entry.inode ?? (inodes += 1);
      entries.set(target, { ...entry, inode });
      entries.set(path, { ...entry, path, inode });
    },
  };
}
