import type { TarMember } from './tar-member.ts';

const meta = { mode: 0o644, uid: 0, gid: 0, mtime: 0, linkTarget: '', xattrs: new Map<string, Uint8Array>() };

/** A folder of an image archive. Nothing in such an archive has a date. */
export const newDirectory = (path: string): TarMember => ({
  ...newFile(path, Buffer.alloc(0)),
  type: 'directory',
  mode: 0o755,
});

/** A file of an image archive, with these bytes. */
export const newFile = (path: string, bytes: Buffer): TarMember =>
  newStreamedFile(path, bytes.length, async function* () {
    yield await Promise.resolve(bytes);
  });

/** A file of an image archive, its `size` bytes made when they are asked for. */
export const newStreamedFile = (
  path: string,
  size: number,
  content: () => AsyncIterable<Buffer>,
): TarMember => ({ ...meta, path, type: 'file', size, content });
