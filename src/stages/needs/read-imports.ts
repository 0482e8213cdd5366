import { compareBytes } from '../../model/tree-entry.ts';
import type { ElfLayout } from './elf-layout.ts';
import { readStrings } from './read-strings.ts';
import type { ReadAt } from './read-window.ts';
import { longestWatched, watchedSymbols } from './watched-symbols.ts';

/** A limit for files made to exhaust us; the largest real tables, of browsers, have a tenth of it before what they define. */
const maxSymbols = 1 << 17;

export interface SymbolTable {
  /** Places in the file. */
  readonly symbols: number;
  readonly strings: number;
  /** DT_GNU_HASH. */
  readonly hash: number | undefined;
  /** How much there is, at most. */
  readonly bytes: number;
}

/** The watched symbols that another object must define (System V ABI, chapter 4, "Symbol Table"), in byte order. */
export async function readImports(
  read: ReadAt,
  layout: ElfLayout,
  table: SymbolTable,
): Promise<readonly string[]> {
  const hashed = table.hash === undefined ? undefined : await firstHashed(read, layout, table.hash);
  const fitting = Math.floor(table.bytes / layout.symbolSize);
  const count = Math.min(hashed ?? fitting, fitting, maxSymbols);
  const bytes = await read(table.symbols, count * layout.symbolSize);
  const undefinedNames: number[] = [];
  for (let index = 1; (index + 1) * layout.symbolSize <= bytes.length; index += 1) {
    const { name, section } = layout.symbol(bytes, index);
    if (section === 0 && name !== 0) undefinedNames.push(name);
  }
  const text = await readStrings(read, table.strings, undefinedNames, longestWatched + 1);
  const found = new Set(
    undefinedNames.map(text).filter((name) => name !== undefined && watchedSymbols.has(name)),
  );
  return [...(found as Set<string>)].sort(compareBytes);
}

/**
 * The first symbol in the hash table of GNU, which has all that are defined, after those that are not. A linker writes
 * 1 where it has none: then this says nothing.
 */
async function firstHashed(read: ReadAt, { word }: ElfLayout, at: number): Promise<number | undefined> {
  const head = await read(at, 8);
  const first = head.length < 8 ? 0 : word(head, 4);
  return first > 1 ? first : undefined;
}
