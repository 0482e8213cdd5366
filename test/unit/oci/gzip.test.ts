import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipBlocks } from '../../../src/oci/gzip.ts';
import { chunks, collect } from '../../support/tar.ts';

const mebibyte = 1 << 20;
const words = Buffer.from(Array.from({ length: 400_000 }, (_, index) => `word ${index % 977} `).join(''));
const gzip = (bytes: Buffer, concurrency?: number) => collect(gzipBlocks(chunks(bytes), concurrency));

describe('gzipBlocks', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['one block', words.subarray(0, mebibyte)],
    ['one byte more than a block', words.subarray(0, mebibyte + 1)],
    ['several blocks', words],
    ['what does not compress', randomBytes(2 * mebibyte + 5)],
  ])('is undone by Node and by gzip: %s', async (_, bytes) => {
    const zipped = await gzip(bytes);
    expect(gunzipSync(zipped).equals(bytes)).toBe(true);
    const unzipped = spawnSync('gzip', ['-dc'], { input: zipped, maxBuffer: 1 << 26 });
    expect(unzipped.status).toBe(0);
    expect(unzipped.stdout.equals(bytes)).toBe(true);
  });

  it('gives the same bytes at any concurrency and however the source is cut', async () => {
    const expected = await gzip(words, 1);
    expect((await gzip(words, 7)).equals(expected)).toBe(true);
    const parts = Array.from({ length: Math.ceil(words.length / 999) }, (_, index) =>
      words.subarray(index * 999, (index + 1) * 999),
    );
    expect((await collect(gzipBlocks(chunks(...parts), 3))).equals(expected)).toBe(true);
  });

  it('compresses nearly as well as one stream, because blocks see the end of the one before', async () => {
    const whole = spawnSync('gzip', ['-6', '-nc'], { input: words, maxBuffer: 1 << 26 }).stdout;
    expect((await gzip(words)).length).toBeLessThan(whole.length * 1.02);
  });

  it('has bytes that are pinned for short content, where zlib versions agree', async () => {
    const zipped = await gzip(Buffer.from('kubler'));
    expect(zipped.toString('hex')).toBe('1f8b08000000000000ffcb2e4dca492d0200bbb3a09406000000');
  });

  it('passes on the error of its source', async () => {
    const source = async function* () {
      yield await Promise.resolve(words);
      throw new Error('source broke');
    };
    await expect(collect(gzipBlocks(source()))).rejects.toThrow('source broke');
  });
});
