import { createHash } from 'node:crypto';
import { toDigest, type Digest } from '../model/digest.ts';

export interface Tally {
  /** Passes everything on. */
  count(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined>;
  bytes(): number;
  /** Once, at the end. */
  digest(): Digest;
}

/** Digests and counts what passes through. */
export function tally(): Tally {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    async *count(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
      for await (const chunk of source) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    },
    bytes: () => bytes,
    digest: () => toDigest(hash.digest('hex')),
  };
}
