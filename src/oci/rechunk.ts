/** The same bytes in pieces of exactly `size`, the last one shorter; none for no bytes. */
export async function* rechunk(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<Buffer, void, undefined> {
  let block = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length;) {
      const taken = Math.min(size - filled, chunk.length - start);
      block.set(chunk.subarray(start, start + taken), filled);
      start += taken;
      filled += taken;
      if (filled < size) continue;
      yield block;
      block = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
