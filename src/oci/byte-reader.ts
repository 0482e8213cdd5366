import type { FileHandle } from 'node:fs/promises';

/** Bytes taken one after the other from a file or a stream. */
export interface ByteReader {
  /** How many bytes were taken or skipped. */
  position(): number;
  /** The next `length` bytes, fewer only at the end. */
  take(length: number): Promise<Buffer>;
  /** The next bytes that are at hand: at least one and at most `most`; none at the end. */
  some(most: number): Promise<Buffer>;
  /** Passes over `length` bytes; resolves with how many there were. */
  skip(length: number): Promise<number>;
}

interface Supply {
  /** The next chunk; empty at the end. */
  pull(): Promise<Buffer>;
  /** Goes on `length` bytes further without reading them; says how many there were. Absent: it cannot. */
  leap?(length: number): number;
}

const empty = Buffer.alloc(0);

/** Reads a stream of chunks. The caller ends the stream. */
export function streamReader(source: AsyncIterator<Buffer>): ByteReader {
  return byteReader({
    async pull() {
      for (;;) {
        const next = await source.next();
        if (next.done) return empty;
        if (next.value.length > 0) return next.value;
      }
    },
  });
}

/** Reads a file from its start in large pieces, and skips without reading. The caller closes the file. */
export function fileReader(file: FileHandle, sizeBytes: number, chunkBytes = 1 << 20): ByteReader {
  let at = 0;
  return byteReader({
    async pull() {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
      at += bytesRead;
      return buffer.subarray(0, bytesRead);
    },
    leap(length) {
      const leapt = Math.max(0, Math.min(length, sizeBytes - at));
      at += leapt;
      return leapt;
    },
  });
}

function byteReader(supply: Supply): ByteReader {
  let chunk: Buffer = empty;
  let position = 0;
  const some = async (most: number): Promise<Buffer> => {
    if (chunk.length === 0) chunk = await supply.pull();
    const taken = chunk.subarray(0, most);
    chunk = chunk.subarray(taken.length);
    position += taken.length;
    return taken;
  };
  const gather = async (length: number): Promise<Buffer> => {
    const parts: Buffer[] = [];
    for (let left = length; left > 0;) {
      const part = await some(left);
      if (part.length === 0) break;
      parts.push(part);
      left -= part.length;
    }
    return Buffer.concat(parts);
  };
  return {
    position: () => position,
    some,
    take: (length) => (chunk.length >= length ? some(length) : gather(length)),
    async skip(length) {
      let skipped = 0;
      while (skipped < length && (chunk.length > 0 || !supply.leap)) {
        const part = await some(length - skipped);
        if (part.length === 0) return skipped;
        skipped += part.length;
      }
      const leapt = supply.leap && skipped < length ? supply.leap(length - skipped) : 0;
      position += leapt;
      return skipped + leapt;
    },
  };
}
