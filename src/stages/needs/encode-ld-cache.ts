/** One line of ld.so.cache. */
export interface CachedLibrary {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly flags: number;
}

const headerBytes = 48;
const entryBytes = 24;
const endianness = { little: 2 } as const;

/**
 * Writes libraries in the format `glibc-ld.so.cache1.1` (glibc, `sysdeps/generic/dl-cache.h`; the only one since 2.32),
 * little-endian, without extensions. Of libraries with one name the first is preferred.
 */
export function encodeLdCache(libraries: readonly CachedLibrary[]): Buffer {
  const sorted = [...libraries].sort((a, b) => compareLibraryNames(b.name, a.name));
  const strings = new StringTable(headerBytes + entryBytes * sorted.length);
  const head = Buffer.alloc(strings.start);
  head.write('glibc-ld.so.cache1.1', 'latin1');
  head.writeUInt32LE(sorted.length, 20);
  head.writeUInt8(endianness.little, 28);
  for (const [index, { name, path, flags }] of sorted.entries()) {
    const at = headerBytes + entryBytes * index;
    head.writeInt32LE(flags, at);
    head.writeUInt32LE(strings.offsetOf(name), at + 4);
    head.writeUInt32LE(strings.offsetOf(path), at + 8);
  }
  head.writeUInt32LE(strings.size, 24);
  return Buffer.concat([head, ...strings.bytes]);
}

/** NUL-terminated strings, each once, by their offset in the file. */
class StringTable {
  readonly bytes: Buffer[] = [];
  readonly start: number;
  size = 0;
  readonly #offsets = new Map<string, number>();

  constructor(start: number) {
    this.start = start;
  }

  offsetOf(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.start + this.size;
    const bytes = Buffer.from(`${text}\0`);
    this.bytes.push(bytes);
    this.size += bytes.length;
    this.#offsets.set(text, offset);
    return offset;
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/**
 * The order ld.so's binary search relies on: bytes as numbers, but runs of digits by value, and a digit after
 * anything else. `libv10` is after `libv2`.
 */
export function compareLibraryNames(a: string, b: string): number {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [x, y] = [left[i], right[j]];
    if (isDigit(x) !== isDigit(y)) return isDigit(x) ? 1 : -1;
    if (isDigit(x)) {
      const [first, second] = [digitsAt(left, i), digitsAt(right, j)];
      const difference = Number(first) - Number(second);
      if (difference !== 0) return difference;
      i += first.length;
      j += second.length;
    } else {
      if (x !== y) return signed(x) - signed(y);
      i++;
      j++;
    }
  }
  return left.length - i - (right.length - j);
}

const digitsAt = (bytes: Buffer, at: number): string => /^\d+/.exec(bytes.toString('latin1', at))?.[0] ?? '';

/** The loader compares `char`, which is signed on x86. */
const signed = (byte: number | undefined): number => ((byte ?? 0) << 24) >> 24;
