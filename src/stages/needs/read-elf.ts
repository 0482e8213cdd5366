import type { ElfFacts } from '../../model/file-facts.ts';
import { elfLayout, type ElfLayout, type Segment } from './elf-layout.ts';

/** Reads up to `length` bytes at `offset` of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** Limits for files made to exhaust us; the largest real ones stay far below. */
const maxSegments = 256;
const maxDynamicBytes = 1 << 18;
const maxStringBytes = 4096;
const maxStringSpan = 1 << 16;

const segmentType = { load: 1, dynamic: 2, interpreter: 3 } as const;
const tag = { end: 0, needed: 1, strings: 5, soname: 14, rpath: 15, runpath: 29 } as const;

/**
 * What the dynamic loader reads of a program or shared library (System V ABI, chapters 4 and 5; tags of GNU ld.so).
 * Undefined for anything else: other object files, other formats, damaged or hostile files. Rejects only if `read` does.
 */
export async function readElf(read: ReadAt): Promise<ElfFacts | undefined> {
  const header = await read(0, 64);
  const layout = elfLayout(header);
  if (!layout || layout.segmentCount > maxSegments) return undefined;
  const table = await read(layout.segmentsOffset, layout.segmentCount * layout.segmentSize);
  if (table.length < layout.segmentCount * layout.segmentSize) return undefined;
  const segments = Array.from({ length: layout.segmentCount }, (_, index) => layout.segment(table, index));
  const { class: elfClass, littleEndian, machine } = layout;
  const base = { class: elfClass, littleEndian, machine };
  const interpreter = segments.find((segment) => segment.type === segmentType.interpreter);
  const path = interpreter && (await readString(read, interpreter.offset, interpreter.fileSize));
  if (interpreter && path === undefined) return undefined;
  const dynamic = await readDynamic(read, layout, segments);
  return dynamic && { ...base, ...(path === undefined ? {} : { interpreter: path }), ...dynamic };
}

type Dynamic = Pick<ElfFacts, 'needed' | 'soname' | 'rpath' | 'runpath'>;

async function readDynamic(
  read: ReadAt,
  layout: ElfLayout,
  segments: readonly Segment[],
): Promise<Dynamic | undefined> {
  const dynamic = segments.find((segment) => segment.type === segmentType.dynamic);
  if (!dynamic) return { needed: [], rpath: [], runpath: [] };
  const entries = layout.dynamicEntries(
    await read(dynamic.offset, Math.min(dynamic.fileSize, maxDynamicBytes)),
  );
  const address = entries.find((entry) => entry.tag === tag.strings)?.value;
  const strings = address === undefined ? undefined : fileOffset(segments, address);
  const named = entries.filter((entry) => stringTags.has(entry.tag));
  if (strings === undefined) return named.length === 0 ? { needed: [], rpath: [], runpath: [] } : undefined;
  const texts = await readStrings(read, strings, [...new Set(named.map((entry) => entry.value))]);
  if (!texts) return undefined;
  const all = (wanted: number): readonly string[] =>
    named.filter((entry) => entry.tag === wanted).map((entry) => texts.get(entry.value) ?? '');
  const folders = (wanted: number): readonly string[] =>
    all(wanted).flatMap((list) => list.split(':').filter(Boolean));
  const [soname] = all(tag.soname);
  return {
    needed: all(tag.needed),
    ...(soname === undefined ? {} : { soname }),
    rpath: folders(tag.rpath),
    runpath: folders(tag.runpath),
  };
}

const stringTags: ReadonlySet<number> = new Set([tag.needed, tag.soname, tag.rpath, tag.runpath]);

/** Where in the file the byte at this address of the running program comes from. */
function fileOffset(segments: readonly Segment[], address: number): number | undefined {
  const loaded = segments.find(
    (segment) =>
      segment.type === segmentType.load &&
      address >= segment.address &&
      address < segment.address + segment.fileSize,
  );
  return loaded && loaded.offset + (address - loaded.address);
}

/** The strings at these offsets of a string table; in one read where they are near each other, as linkers put them. */
async function readStrings(
  read: ReadAt,
  table: number,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, string> | undefined> {
  const first = Math.min(...offsets);
  const span = Math.max(...offsets) - first + maxStringBytes;
  const block = span <= maxStringSpan ? await read(table + first, span) : undefined;
  const texts = new Map<number, string>();
  for (const offset of offsets) {
    const text = block
      ? stringIn(block.subarray(offset - first))
      : await readString(read, table + offset, maxStringBytes);
    if (text === undefined) return undefined;
    texts.set(offset, text);
  }
  return texts;
}

const readString = async (read: ReadAt, offset: number, length: number): Promise<string | undefined> =>
  stringIn(await read(offset, Math.min(length, maxStringBytes)));

/** The text before the first NUL; undefined when there is none nearby. */
function stringIn(bytes: Buffer): string | undefined {
  const end = bytes.indexOf(0);
  return end < 0 || end >= maxStringBytes ? undefined : bytes.toString('utf8', 0, end);
}
