import { KublerError } from '../../errors.ts';
import { parentPath } from '../../model/tree-entry.ts';
import { defaultTarLimits, readTarStream, type ArchiveMember } from '../../oci/tar-read.ts';
import { memberPath } from './member-path.ts';

/** What a foreign tarball may hold at most. */
export interface ArchiveLimits {
  readonly maxMembers: number;
  /** Bytes of the uncompressed archive. */
  readonly maxBytes: number;
}

export const defaultArchiveLimits: ArchiveLimits = { maxMembers: 1_000_000, maxBytes: 64 * 2 ** 30 };

/**
 * Reads a tarball that GNU tar is about to unpack, without writing anything. Throws `ROOTFS_ESCAPE`, naming the
 * member, when one could land, or link to, outside of the folder; `ROOTFS_INVALID` when the archive is damaged,
 * contradicts itself or is larger than the limits.
 */
export async function checkArchive(
  source: AsyncIterable<Buffer>,
  limits: ArchiveLimits = defaultArchiveLimits,
): Promise<void> {
  const seen = new Map<string, SeenType>();
  const tarLimits = { ...defaultTarLimits, maxMembers: limits.maxMembers };
  for await (const member of readTarStream(capped(source, limits.maxBytes), tarLimits)) {
    const path = insidePath(member.path, member);
    if (path === '') continue;
    const type = member.type === 'hardlink' ? linkedType(seen, member) : member.type;
    // No image has a place for a device but /dev, whose own are left out.
    if (type === 'device' && !path.startsWith('dev/')) {
      throw escapes(member.path, 'it is a device outside of /dev');
    }
    seeAncestors(seen, path);
    see(seen, path, type);
  }
}

type SeenType = Exclude<ArchiveMember['type'], 'hardlink'>;

/** The same bytes; throws `ROOTFS_INVALID` at the first one beyond the limit. */
export async function* capped<T extends Uint8Array>(
  source: AsyncIterable<T>,
  maxBytes: number,
): AsyncGenerator<T, void, undefined> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw invalid(`it has more than ${maxBytes} bytes (maxBytes)`);
    yield chunk;
  }
}

function insidePath(name: string, member: ArchiveMember): string {
  const path = memberPath(name);
  if (path === undefined) throw escapes(member.path, `"${name}" is absolute or goes up with ".."`);
  return path;
}

/** Everything above a member must be a directory: a symlink there would lead the member elsewhere. */
function seeAncestors(seen: Map<string, SeenType>, path: string): void {
  for (let above = parentPath(path); above !== ''; above = parentPath(above)) {
    const type = seen.get(above);
    if (type === 'directory') return;
    if (type) throw escapes(path, `it goes through "${above}", a ${type}`);
    seen.set(above, 'directory');
  }
}

/** The type of what a hard link names, which must be an earlier member, reached without symlinks. */
function linkedType(seen: Map<string, SeenType>, member: ArchiveMember): SeenType {
  const target = insidePath(member.linkTarget, member);
  const type = seen.get(target);
  if (!type || type === 'directory') {
    throw escapes(
      member.path,
      `it is a hard link to "${member.linkTarget}", which is no file before it in the archive`,
    );
  }
  return type;
}

/** A directory may come twice, and a file may be replaced by a newer one; no path changes its type. */
function see(seen: Map<string, SeenType>, path: string, type: SeenType): void {
  const former = seen.get(path);
  const mayRepeat = type === 'directory' || type === 'file';
  if (former && (former !== type || !mayRepeat)) {
    throw escapes(path, `it is a ${former} first and a ${type} later`);
  }
  seen.set(path, type);
}

const escapes = (path: string, reason: string) =>
  new KublerError('ROOTFS_ESCAPE', `cannot unpack archive member "${path}": ${reason}`);
const invalid = (reason: string) => new KublerError('ROOTFS_INVALID', `cannot read tar archive: ${reason}`);
