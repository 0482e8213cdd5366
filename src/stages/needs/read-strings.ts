import type { ReadAt } from './read-window.ts';

/** Limits for files made to exhaust us; the largest real ones stay far below. */
export const maxStringBytes = 4096;
const maxStringSpan = 1 << 24;

/** Texts by their offset in a string table; undefined where there is none that ends nearby. */
export type Strings = (offset: number) => string | undefined;

/** The strings at these offsets of a table; in one read where they are near each other, as linkers put them. */
export async function readStrings(
  read: ReadAt,
  table: number,
  offsets: readonly number[],
  longest = maxStringBytes,
): Promise<Strings> {
  let [first, last] = [Infinity, 0];
  for (const offset of offsets) [first, last] = [Math.min(first, offset), Math.max(last, offset)];
  const span = last - first + longest;
  if (span > maxStringSpan) return readApart(read, table, offsets, longest);
  const block = offsets.length === 0 ? Buffer.alloc(0) : await read(table + first, span);
  return (offset) => stringIn(block, offset - first, longest);
}

async function readApart(
  read: ReadAt,
  table: number,
  offsets: readonly number[],
  longest: number,
): Promise<Strings> {
  const texts = new Map<number, string | undefined>();
  for (const offset of offsets) texts.set(offset, stringIn(await read(table + offset, longest), 0, longest));
  return (offset) => texts.get(offset);
}

/** The text before the first NUL from here on; undefined when there is none nearby. */
export function stringIn(bytes: Buffer, start: number, longest = maxStringBytes): string | undefined {
  // Only as far as it may go: a table without any NUL is searched for each of its names.
  const near = start < 0 ? bytes.subarray(0, 0) : bytes.subarray(start, start + longest);
  const end = near.indexOf(0);
  return end < 0 ? undefined : near.toString('utf8', 0, end);
}
