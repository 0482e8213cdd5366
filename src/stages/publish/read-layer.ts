import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { toDigest, type Digest } from '../../model/digest.ts';
import type { Layout } from '../../oci/layout.ts';
import { storeCorrupt } from '../../oci/store-corrupt.ts';
import type { ImageLayer } from './load-image.ts';

type Chunks = AsyncGenerator<Buffer, void, undefined>;

/** The bytes of a blob; ends with `STORE_CORRUPT` when they are not those of its digest. */
export function readBlob(layout: Layout, digest: Digest): Chunks {
  return checked(createReadStream(layout.blobFile(digest), { highWaterMark: 1 << 20 }), digest);
}

/** The uncompressed tar of a layer; ends with `STORE_CORRUPT` when it is not that of its diffID. */
export function readLayerTar(layout: Layout, { blob, diffId }: ImageLayer): Chunks {
  const compressed = createReadStream(layout.blobFile(blob.digest), { highWaterMark: 1 << 20 });
  // A failure shows up where the result is read, so the callback has nothing to add.
  const tar = pipeline(compressed, createGunzip({ chunkSize: 1 << 18 }), () => undefined);
  return checked(tar, diffId);
}

async function* checked(source: AsyncIterable<unknown>, digest: Digest): Chunks {
  const hash = createHash('sha256');
  try {
    for await (const chunk of source) {
      hash.update(chunk as Buffer);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw storeCorrupt(`blob ${digest}`, (error as Error).message, error);
  }
  if (toDigest(hash.digest('hex')) !== digest)
    throw storeCorrupt(`blob ${digest}`, 'its bytes have another digest');
}
