import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { readTarFile, type ArchiveMember } from '../../oci/tar-read.ts';
import { unreadable } from './unreadable.ts';

/** The files that an image consists of, by name: those of a folder, or of a tar. */
export interface Bundle {
  readonly has: (name: string) => Promise<boolean>;
  /** A whole small file; `ROOTFS_INVALID` when it is missing or has more than 8 MiB. */
  readonly read: (name: string) => Promise<Buffer>;
  /** Path on this host of a file with the same bytes; `ROOTFS_INVALID` when it is missing. */
  readonly extract: (name: string) => Promise<string>;
}

/** The image specification has 4 MiB for the largest document. */
const maxDocumentBytes = 8 * 2 ** 20;

/** The files of a folder. */
export function openFolder(dir: string): Bundle {
  const sizeOf = async (name: string): Promise<number | undefined> => {
    const stats = await stat(join(dir, name)).catch(() => undefined);
    return stats?.isFile() === true ? stats.size : undefined;
  };
  return {
    has: async (name) => (await sizeOf(name)) !== undefined,
    read: async (name) => {
      checkSize(name, await sizeOf(name));
      return readFile(join(dir, name));
    },
    extract: async (name) => {
      if ((await sizeOf(name)) === undefined) throw missing(name);
      return join(dir, name);
    },
  };
}

/** What must be remembered of a member; attributes may be large. */
type Member = Pick<ArchiveMember, 'path' | 'type' | 'size' | 'offset' | 'linkTarget'>;

/** The members of a tar. @param tempDir where those that are extracted come to lie */
export async function openTar(file: string, tempDir: string): Promise<Bundle> {
  const members = new Map<string, Member>();
  for await (const { path, type, size, offset, linkTarget } of readTarFile(file))
    members.set(posix.normalize(path), { path, type, size, offset, linkTarget });
  const find = (name: string): Member | undefined => findFile(members, name);
  let count = 0;
  return {
    has: (name) => Promise.resolve(find(name) !== undefined),
    read: async (name) => {
      const member = find(name);
      const size = checkSize(name, member?.size);
      await using handle = await open(file);
      const { buffer } = await handle.read(Buffer.alloc(size), 0, size, member?.offset ?? 0);
      return buffer;
    },
    extract: async (name) => {
      const member = find(name);
      if (!member) throw missing(name);
      const copy = join(tempDir, `extracted-${(count += 1)}`);
      await pipeline(contentOf(file, member), createWriteStream(copy, { flags: 'wx' }));
      return copy;
    },
  };
}

const contentOf = (file: string, { offset, size }: Member): Readable =>
  size === 0 ? Readable.from([]) : createReadStream(file, { start: offset, end: offset + size - 1 });

function findFile(members: ReadonlyMap<string, Member>, name: string): Member | undefined {
  const found = members.get(posix.normalize(name));
  if (found?.type === 'file') return found;
  // Docker links to a layer it has written already.
  if (found?.type !== 'symlink' && found?.type !== 'hardlink') return undefined;
  const base = found.type === 'symlink' ? posix.dirname(found.path) : '';
  const target = members.get(posix.join(base, found.linkTarget));
  return target?.type === 'file' ? target : undefined;
}

function checkSize(name: string, size: number | undefined): number {
  if (size === undefined) throw missing(name);
  if (size > maxDocumentBytes) throw unreadable(`"${name}" has more than ${maxDocumentBytes} bytes`);
  return size;
}

const missing = (name: string) => unreadable(`it lacks "${name}"`);
