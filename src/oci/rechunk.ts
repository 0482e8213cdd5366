/**
 * The same bytes in pieces of exactly `size`, the last one shorter; none for no bytes. A piece may be the source's own
 * memory, which must not change any more.
 */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let block = Buffer.alloc(0);
  let filled = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - start);
      const part = chunk.subarray(start, start + taken);
      start += taken;
      if (taken === size) {
        yield Buffer.from(part.buffer, part.byteOffset, part.length);
        continue;
      }
      if (filled === 0) block = Buffer.allocUnsafe(size);
      block.set(part, filled);
      filled += taken;
      if (filled < size) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
