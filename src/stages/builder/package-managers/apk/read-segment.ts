import { readTarStream } from '../../../../oci/tar-read.ts';

/** Two empty blocks: what comes before the last part of a package or index is a tar without its end. */
const endOfTar = Buffer.alloc(1024);

/**
 * The files of a part of a package or index, name → content, in order. Throws `ROOTFS_INVALID` for what is no tar.
 * Format: apk-v2(5).
 */
export async function readSegment(tar: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const member of readTarStream(chunks(tar, endOfTar))) {
    const parts: Buffer[] = [];
    for await (const chunk of member.content()) parts.push(chunk);
    files.set(member.path, Buffer.concat(parts));
  }
  return files;
}

async function* chunks(...parts: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  for (const part of parts) yield await Promise.resolve(part);
}
