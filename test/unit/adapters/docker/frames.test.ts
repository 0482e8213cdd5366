import { describe, expect, it } from 'vitest';
import { readFrames } from '../../../../src/adapters/docker/frames.ts';

const frame = (stream: number, text: string): Buffer => {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = async (source: AsyncIterable<Buffer>): Promise<Record<string, string>> => {
  const texts = { stdout: '', stderr: '' };
  for await (const { stream, bytes } of readFrames(source)) texts[stream] += bytes.toString('latin1');
  return texts;
};

describe('readFrames', () => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, 'err'), frame(1, ''), frame(1, 'put')]);

  it.each([1, 2, 7, 8, 9, 1000])('takes streams apart in chunks of %i bytes', async (size) => {
    expect(await read(inChunks(bytes, size))).toEqual({ stdout: 'output', stderr: 'err' });
  });

  it('gives what there is of a frame that is cut short', async () => {
    expect(await read(inChunks(bytes.subarray(0, -2), 5))).toEqual({ stdout: 'outp', stderr: 'err' });
    expect(await read(inChunks(bytes.subarray(0, 4), 5))).toEqual({ stdout: '', stderr: '' });
  });

  it('reads nothing that is not asked for', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Buffer, void, undefined> {
      for (;;) {
        asked += 1;
        yield await Promise.resolve(frame(1, 'x'));
      }
    }
    const frames = readFrames(endless());
    await frames.next();
    await frames.next();
    expect(asked).toBe(2);
  });
});
