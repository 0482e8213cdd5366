import { compareBytes } from '../../model/tree-entry.ts';
import type { ElfLayout } from './elf-layout.ts';
import { readStrings } from './read-strings.ts';
import type { ReadAt } from './read-window.ts';
import { longestWatched, watchedSymbols } from './watched-symbols.ts';

/** A limit for files made to exhaust us; the largest real tables, of browsers, have a quarter of it. */
const maxSymbols = 1 << 18;

export interface SymbolTable {
  /** Places in the file. */
  readonly symbols: number;
  readonly strings: number;
  /** How much there is, at most. */
  readonly bytes: number;
}

/**
 * The watched symbols that another object must define (System V ABI, chapter 4, "Symbol Table"), in byte order. All are
 * looked at: functions whose address is taken are among those that DT_GNU_HASH has, after the others that are undefined.
 */
export async function readImports(
  read: ReadAt,
  layout: ElfLayout,
  table: SymbolTable,
): Promise<readonly string[]> {
  const count = Math.min(Math.floor(table.bytes / layout.symbolSize), maxSymbols);
  const bytes = await read(table.symbols, count * layout.symbolSize);
  const names: number[] = [];
  for (let index = 1; (index + 1) * layout.symbolSize <= bytes.length; index += 1) {
    const { name, section } = layout.symbol(bytes, index);
    if (section === 0 && name !== 0) names.push(name);
  }
  const text = await readStrings(read, table.strings, names, longestWatched + 1);
  const found = new Set(names.flatMap((name) => text(name) ?? []).filter((name) => watchedSymbols.has(name)));
  return [...found].sort(compareBytes);
}
