import { KublerError } from '../../errors.ts';
import type { TarHeader, TarMember, TarType } from '../../oci/tar-member.ts';
import { readWhiteout } from '../../oci/whiteout.ts';
import { overlayXattrs } from './overlay.ts';

/**
 * The members of a layer as overlayfs wants them in a folder: a folder that hides what is below it gets an
 * attribute, and the paths of removed files are added to `whiteouts` instead. Devices are left out.
 * Throws `ROOTFS_ESCAPE` for a name that leaves the root.
 */
export async function* toOverlayMembers(
  members: AsyncIterable<TarMember<TarType | 'device'>>,
  whiteouts: string[],
  inUserNamespace = false,
): AsyncGenerator<TarMember, void, undefined> {
  const folders = new Map<string, Meta>();
  const opaque = new Set<string>();
  for await (const member of members) {
    const path = insideRoot(member.path);
    if (member.type === 'hardlink') insideRoot(member.linkTarget);
    const removal = readWhiteout(path);
    if (removal?.kind === 'contents') opaque.add(removal.path);
    else if (removal) whiteouts.push(removal.path);
    else if (member.type === 'directory') folders.set(path, member);
    if (!removal && isPlain(member)) yield { ...member, path: path === '' ? '.' : path };
  }
  for (const path of opaque) yield opaqueFolder(path, folders.get(path), inUserNamespace);
}

/** A path without `.` and the slashes around it. */
function insideRoot(path: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (!names.includes('..')) return names.join('/');
  throw new KublerError('ROOTFS_ESCAPE', `cannot unpack layer: "${path}" leads out of the root`);
}

const isPlain = (member: TarMember<TarType | 'device'>): member is TarMember => member.type !== 'device';

type Meta = Pick<TarHeader, 'mode' | 'uid' | 'gid' | 'mtime' | 'xattrs'>;

/** The folder once more, with the attribute. */
function opaqueFolder(path: string, folder: Meta | undefined, inUserNamespace: boolean): TarMember {
  const opaque = [`${overlayXattrs(inUserNamespace)}opaque`, Buffer.from('y')] as const;
  const { mode, uid, gid, mtime, xattrs } = folder ?? plainFolder;
  return {
    ...{ path: path === '' ? '.' : path, type: 'directory', mode, uid, gid, mtime, size: 0, linkTarget: '' },
    xattrs: new Map([...xattrs, opaque]),
    content: async function* () {},
  };
}
const plainFolder: Meta = { mode: 0o755, uid: 0, gid: 0, mtime: 0, xattrs: new Map() };
