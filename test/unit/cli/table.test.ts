import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs, renderTable } from '../../../src/cli/table.ts';

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [686_080, '686 kB'],
    [4_940_000, '4.9 MB'],
    [2_500_000_000, '2.50 GB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('formatMs', () => {
  it.each([
    [412, '0.4 s'],
    [59_949, '59.9 s'],
    [125_400, '2 min 05 s'],
  ])('%d is %s', (ms, text) => expect(formatMs(ms)).toBe(text));
});

describe('renderTable', () => {
  it('aligns columns and leaves no blanks at the end of a line', () => {
    const text = renderTable(
      ['IMAGE', 'SIZE'],
      [
        ['a/b', '1 kB'],
        ['long/name', ''],
      ],
      ['SIZE'],
    );
    expect(text).toBe('IMAGE      SIZE\na/b        1 kB\nlong/name\n');
  });
});
