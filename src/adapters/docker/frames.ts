import { streamReader } from '../../oci/byte-reader.ts';

/** A piece of what a command writes. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

/**
 * Takes apart what an attached command without a terminal writes: frames with a header of 8 bytes, the stream's number
 * and, in the last four, the length ("Attach to a container", "Stream format" in the Docker Engine API). Nothing is read
 * before it is asked for. A frame that is cut short ends the stream.
 */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame, void, undefined> {
  const reader = streamReader(source[Symbol.asyncIterator]());
  for (;;) {
    const header = await reader.take(8);
    if (header.length < 8) return;
    const stream = header[0] === 2 ? 'stderr' : 'stdout';
    for (let left = header.readUInt32BE(4); left > 0;) {
      const bytes = await reader.some(left);
      if (bytes.length === 0) return;
      left -= bytes.length;
      yield { stream, bytes };
    }
  }
}
