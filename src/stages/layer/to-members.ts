import { compareBytes, type FileEntry, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { readContent } from '../rootfs/index.ts';
import { isSame } from './is-same.ts';

/**
 * The tar members of a tree, in byte order of the names they have in a tar: a folder's ends in `/`, so that all that
 * is in it follows at once. GNU tar gives a folder its date when the first member outside of it comes, and would
 * spoil the date with any that came later. Of the names of one inode the first is the file, the rest link to it.
 */
export function* toMembers(rootfs: Rootfs): Generator<TarMember, void, undefined> {
  const firsts = new Map<number, FileEntry>();
  for (const entry of [...rootfs.values()].sort((a, b) => compareBytes(nameInTar(a), nameInTar(b)))) {
    yield entry.type === 'file' ? toFileOrLink(entry, firsts) : toMember(entry);
  }
}

const nameInTar = ({ path, type }: TreeEntry): string => (type === 'directory' ? `${path}/` : path);

function toFileOrLink(entry: FileEntry, firsts: Map<number, FileEntry>): TarMember {
  if (entry.inode === undefined) return toMember(entry);
  const first = firsts.get(entry.inode);
  if (!first) firsts.set(entry.inode, entry);
  // They differ when a stage changed one name only.
  return first && isSame(first, entry) ? toHardLink(entry, first) : toMember(entry);
}

function toMember(entry: TreeEntry): TarMember {
  const { path, type, mode, uid, gid, mtime, xattrs } = entry;
  const size = entry.type === 'file' ? entry.size : 0;
  const linkTarget = entry.type === 'symlink' ? entry.target : '';
  const content = () => (entry.type === 'file' ? readContent(entry.content) : noContent());
  return { path, type, mode, uid, gid, mtime, size, linkTarget, xattrs, content };
}

const toHardLink = (entry: FileEntry, first: FileEntry): TarMember => ({
  ...toMember({ ...first, path: entry.path }),
  type: 'hardlink',
  size: 0,
  linkTarget: first.path,
  xattrs: new Map(),
});

async function* noContent(): AsyncGenerator<Buffer, void, undefined> {
  // A member without content.
}
