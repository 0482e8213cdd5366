export interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  /** Of its parts: notes are padded to 4 bytes, or to 8. */
  readonly alignment: number;
}

export interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
}

export interface Symbol {
  /** Offset in the string table. */
  readonly name: number;
  /** 0 for one that another object defines. */
  readonly section: number;
}

type ReadField = (bytes: Buffer, at: number) => number;

/** How one kind of ELF file, by class and byte order, lays out what the loader reads. */
export interface ElfLayout {
  readonly class: 32 | 64;
  readonly littleEndian: boolean;
  readonly machine: number;
  readonly flags: number;
  readonly osAbi: number;
  readonly segmentsOffset: number;
  readonly segmentSize: number;
  readonly segmentCount: number;
  readonly symbolSize: number;
  /** 16 and 32 bits, unsigned. */
  readonly short: ReadField;
  readonly word: ReadField;
  segment(table: Buffer, index: number): Segment;
  /** Entries up to the first DT_NULL, or the end of the table. */
  dynamicEntries(table: Buffer): readonly DynamicEntry[];
  symbol(table: Buffer, index: number): Symbol;
}

const programTypes = new Set([2, 3]);

/**
 * Reads the first 64 bytes of a file (System V ABI, chapter 4, "ELF Header"). Undefined unless it is a program or
 * shared library whose header makes sense.
 */
export function elfLayout(header: Buffer): ElfLayout | undefined {
  const wide = header[4] === 2;
  const littleEndian = header[5] === 1;
  if (header.length < (wide ? 64 : 52) || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
  if (!inRange(header[4]) || !inRange(header[5])) return undefined;
  const { short, word, address } = fieldReaders(wide, littleEndian);
  const segmentSize = short(header, wide ? 54 : 42);
  const segmentCount = short(header, wide ? 56 : 44);
  const symbolSize = wide ? 24 : 16;
  if (!programTypes.has(short(header, 16)) || segmentSize !== (wide ? 56 : 32)) return undefined;
  return {
    class: wide ? 64 : 32,
    littleEndian,
    machine: short(header, 18),
    flags: word(header, wide ? 48 : 36),
    osAbi: header[7] ?? 0,
    segmentsOffset: address(header, wide ? 32 : 28),
    segmentSize,
    segmentCount,
    symbolSize,
    short,
    word,
    segment(table, index) {
      const at = index * segmentSize;
      return {
        type: word(table, at),
        offset: address(table, at + (wide ? 8 : 4)),
        address: address(table, at + (wide ? 16 : 8)),
        fileSize: address(table, at + (wide ? 32 : 16)),
        alignment: address(table, at + (wide ? 48 : 28)),
      };
    },
    dynamicEntries(table) {
      const size = wide ? 16 : 8;
      const entries: DynamicEntry[] = [];
      for (let at = 0; at + size <= table.length; at += size) {
        const entry = { tag: address(table, at), value: address(table, at + size / 2) };
        if (entry.tag === 0) break;
        entries.push(entry);
      }
      return entries;
    },
    symbol(table, index) {
      const at = index * symbolSize;
      return { name: word(table, at), section: short(table, at + (wide ? 6 : 14)) };
    },
  };
}

const inRange = (ident: number | undefined): boolean => ident === 1 || ident === 2;

/** Values past 2^53, which no real file has, come out inexact; reading there finds nothing. */
function fieldReaders(
  wide: boolean,
  littleEndian: boolean,
): { readonly short: ReadField; readonly word: ReadField; readonly address: ReadField } {
  const short: ReadField = (bytes, at) => (littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const word: ReadField = (bytes, at) => (littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const long: ReadField = (bytes, at) =>
    Number(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return { short, word, address: wide ? long : word };
}
