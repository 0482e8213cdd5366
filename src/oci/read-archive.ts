import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { KublerError } from '../errors.ts';

/** First bytes of compressed files, and the program that unpacks them. */
const compressions: readonly { readonly magic: readonly number[]; readonly unpack: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], unpack: 'xz' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], unpack: 'zstd' },
  { magic: [0x42, 0x5a, 0x68], unpack: 'bzip2' },
];

/**
 * The tar stream in a plain or gzipped file. Throws `ROOTFS_INVALID`, naming the program that unpacks it, for other
 * compressions: pipe such a file through it.
 */
export async function* readArchive(hostFile: string): AsyncGenerator<Buffer, void, undefined> {
  await using file = await open(hostFile);
  const magic = await readMagic(file);
  const unpack = unpackerFor(magic);
  if (unpack !== undefined) {
    throw new KublerError('ROOTFS_INVALID', `cannot read "${hostFile}": it is compressed`, {
      hint: `unpack it with ${unpack} -d`,
    });
  }
  const raw = file.createReadStream({ start: 0, highWaterMark: 1 << 20, autoClose: false });
  const isGzip = magic[0] === 0x1f && magic[1] === 0x8b;
  // A broken stream shows up in the loop, so the callback has nothing to add.
  const stream = isGzip ? pipeline(raw, createGunzip({ chunkSize: 1 << 18 }), () => undefined) : raw;
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw new KublerError('ROOTFS_INVALID', `cannot read "${hostFile}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** The program that unpacks a file compressed in a way `readArchive` does not read: `xz`; undefined for all others. */
export async function findUnpacker(hostFile: string): Promise<string | undefined> {
  await using file = await open(hostFile);
  return unpackerFor(await readMagic(file));
}

async function readMagic(file: FileHandle): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
  return buffer.subarray(0, bytesRead);
}

const unpackerFor = (start: Buffer): string | undefined =>
  compressions.find(({ magic }) => start.indexOf(Buffer.from(magic)) === 0)?.unpack;
