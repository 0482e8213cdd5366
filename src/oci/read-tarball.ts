import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { invalidTar } from './tar-header.ts';
import { readTarFile, readTarStream, type ArchiveMember } from './tar-read.ts';

/** The members of a tar file on this host, gzipped or not. Throws `ROOTFS_INVALID`. */
export async function* readTarball(hostFile: string): AsyncGenerator<ArchiveMember, void, undefined> {
  if (await isGzip(hostFile)) yield* readTarStream(unzipped(hostFile));
  else yield* readTarFile(hostFile);
}

async function* unzipped(hostFile: string): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(hostFile);
  const stream = file.pipe(createGunzip());
  file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw invalidTar((error as Error).message);
  } finally {
    file.destroy();
  }
}

async function isGzip(hostFile: string): Promise<boolean> {
  await using file = await open(hostFile);
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
  return buffer.readUInt16BE(0) === 0x1f8b;
}
