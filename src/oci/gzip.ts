import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';
import { rechunk } from './rechunk.ts';

/** Part of the format: other values make other bytes of the same layer, so they never depend on the machine. */
const blockBytes = 1 << 20;
const level = 6;
const dictionaryBytes = 1 << 15;

const deflate = promisify<Uint8Array, Parameters<typeof deflateRaw>[1] & object, Buffer>(deflateRaw);

/**
 * Gzips a stream (RFC 1952), with `concurrency` blocks on the thread pool at once. Each block is deflated on its own
 * with the end of the one before as dictionary, so the bytes depend neither on `concurrency` nor on how the source
 * is cut; the header has no name and no time. They do depend on the zlib of the Node version.
 */
export async function* gzipBlocks(
  source: AsyncIterable<Uint8Array>,
  concurrency = 4,
): AsyncGenerator<Buffer, void, undefined> {
  yield header;
  let checksum = 0;
  let length = 0;
  let previous: Buffer | undefined;
  let block: Buffer = Buffer.alloc(0);
  const deflating: Promise<Buffer>[] = [];
  // One block behind, because only the last one ends the stream.
  for await (const next of rechunk(source, blockBytes)) {
    checksum = crc32(next, checksum);
    length += next.length;
    if (block.length > 0) {
      deflating.push(deflateBlock(block, previous, constants.Z_SYNC_FLUSH));
      previous = block;
    }
    block = next;
    if (deflating.length >= concurrency) yield await (deflating.shift() as Promise<Buffer>);
  }
  deflating.push(deflateBlock(block, previous, constants.Z_FINISH));
  for (const part of deflating) yield await part;
  yield trailer(checksum, length);
}

/** Magic, deflate, no flags, no time, no extra flags, unknown operating system. */
const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);

function trailer(checksum: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(length % 2 ** 32, 4);
  return bytes;
}

function deflateBlock(block: Buffer, previous: Buffer | undefined, finishFlush: number): Promise<Buffer> {
  const deflated = deflate(block, {
    level,
    finishFlush,
    // One turn on the thread pool for each block.
    chunkSize: blockBytes + dictionaryBytes,
    ...(previous && { dictionary: previous.subarray(-dictionaryBytes) }),
  });
  // Awaited later, in order: until then a failure is not unhandled.
  deflated.catch(() => undefined);
  return deflated;
}
