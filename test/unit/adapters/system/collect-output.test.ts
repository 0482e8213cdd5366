import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { collectOutput } from '../../../../src/adapters/system/collect-output.ts';

const stream = (...chunks: readonly string[]): Readable =>
  Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

it('returns all of it without a log', async () => {
  expect(await collectOutput(stream('a\nb', '\n'))).toBe('a\nb\n');
});

it('keeps nothing that a log has got', async () => {
  const lines: string[] = [];
  expect(await collectOutput(stream('a\nb', 'c\n\nd'), (line) => lines.push(line))).toBe('');
  expect(lines).toEqual(['a', 'bc', '', 'd']);
});

it('hands a line without an end on in parts', async () => {
  const lengths: number[] = [];
  const chunks = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
  await collectOutput(stream(...chunks), ({ length }) => lengths.push(length));
  expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(1_000_000);
  expect(Math.max(...lengths)).toBeLessThan(80_000);
});

it('rejects with what a log throws, and reads no more', async () => {
  const source = stream('a\n', 'b\n', 'c\n');
  const seen: string[] = [];
  const log = (line: string): void => {
    seen.push(line);
    if (line === 'b') throw new Error('the disk is full');
  };
  await expect(collectOutput(source, log)).rejects.toThrow('the disk is full');
  expect([seen, source.destroyed]).toEqual([['a', 'b'], true]);
});
