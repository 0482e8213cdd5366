import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rechunk } from '../../../src/oci/rechunk.ts';

async function* from(chunks: readonly Uint8Array[]) {
  await Promise.resolve();
  yield* chunks;
}

describe('rechunk', () => {
  it('gives the same bytes in pieces of one size, however they come', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 9 }), async (source, size) => {
        const pieces: Buffer[] = [];
        for await (const piece of rechunk(from(source), size)) pieces.push(piece);
        expect(Buffer.concat(pieces)).toEqual(Buffer.concat(source));
        expect(pieces.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect(pieces.every(({ length }) => length > 0 && length <= size)).toBe(true);
      }),
    );
  });
});
