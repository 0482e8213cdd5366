import type { NeededVersions } from '../../model/file-facts.ts';
import type { ElfLayout } from './elf-layout.ts';

/** Limits for files made to exhaust us; the largest real ones have a hundred names. */
const maxRecords = 4096;

/** What follows a record in its chain: the distance to the next is unsigned, so that chains come to an end. */
function* chain(
  start: number,
  next: (at: number) => number,
  fits: (at: number) => boolean,
): Generator<number> {
  let at = start;
  for (let count = 0; count < maxRecords && fits(at); count += 1) {
    yield at;
    const distance = next(at);
    if (distance === 0) return;
    at += distance;
  }
}

/** A version by the offset of its name in the string table. */
export interface NeededRecord {
  readonly file: number;
  readonly versions: readonly { readonly name: number; readonly isWeak: boolean }[];
}

const weakFlag = 2;
const baseFlag = 1;

/** Reads the table of DT_VERNEED (glibc's elf.h, `Elf64_Verneed` and `Elf64_Vernaux`); counts in it are not believed. */
export function neededRecords(table: Buffer, { short, word }: ElfLayout): readonly NeededRecord[] {
  const fits = (at: number): boolean => at + 16 <= table.length;
  let left = maxRecords;
  return [...chain(0, (at) => word(table, at + 12), fits)].map((at) => {
    const parts = chain(at + word(table, at + 8), (part) => word(table, part + 12), fits);
    const versions: { readonly name: number; readonly isWeak: boolean }[] = [];
    for (const part of parts) {
      if (--left < 0) break;
      versions.push({ name: word(table, part + 8), isWeak: (short(table, part + 4) & weakFlag) !== 0 });
    }
    return { file: word(table, at + 4), versions };
  });
}

/** Names, as offsets in the string table, in the table of DT_VERDEF (`Elf64_Verdef`), without the file's own. */
export function definedNames(table: Buffer, { short, word }: ElfLayout): readonly number[] {
  const fits = (at: number): boolean => at + 20 <= table.length;
  return [...chain(0, (at) => word(table, at + 16), fits)].flatMap((at) => {
    const name = at + word(table, at + 12);
    const isBase = (short(table, at + 2) & baseFlag) !== 0;
    return isBase || name + 4 > table.length ? [] : [word(table, name)];
  });
}

/** The same with the names themselves. */
export function nameVersions(
  records: readonly NeededRecord[],
  text: (offset: number) => string | undefined,
): readonly NeededVersions[] {
  return records.flatMap(({ file, versions }) => {
    const name = text(file);
    if (name === undefined) return [];
    const named = (isWeak: boolean): readonly string[] =>
      versions.filter((each) => each.isWeak === isWeak).flatMap((each) => text(each.name) ?? []);
    const weak = named(true);
    return [{ file: name, versions: named(false), ...(weak.length > 0 && { weak }) }];
  });
}
