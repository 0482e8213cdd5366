import type { ElfFacts } from '../../model/file-facts.ts';
import { elfLayout, type ElfLayout, type Segment } from './elf-layout.ts';
import { readDlopenNotes } from './read-dlopen-note.ts';
import { readImports } from './read-imports.ts';
import { maxStringBytes, readStrings, stringIn, type Strings } from './read-strings.ts';
import { definedNames, nameVersions, neededRecords } from './read-versions.ts';
import { readWindows, type ReadAt } from './read-window.ts';

/** Limits for files made to exhaust us; the largest real ones stay far below. */
const maxSegments = 256;
const maxDynamicBytes = 1 << 16;
const maxNames = 1024;
const maxVersionBytes = 1 << 16;
const maxVersionLength = 256;

const segmentType = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;
const tag = {
  ...{ needed: 1, strings: 5, symbols: 6, soname: 14, rpath: 15, runpath: 29 },
  ...{ gnuHash: 0x6ffffef5, versionsDefined: 0x6ffffffc, versionsNeeded: 0x6ffffffe },
} as const;
const stringTags: ReadonlySet<number> = new Set([tag.needed, tag.soname, tag.rpath, tag.runpath]);
/** Tags whose values are addresses of tables and code; other values may look like ones. */
const addressTags: ReadonlySet<number> = new Set([
  ...[3, 4, 5, 7, 12, 13, 17, 23, 25, 26, 36],
  ...[tag.gnuHash, 0x6ffffff0, tag.versionsDefined, tag.versionsNeeded],
]);
const systemV: ReadonlySet<number> = new Set([0, 3]);

/** An ELF file that is being read. */
interface File {
  readonly read: ReadAt;
  readonly layout: ElfLayout;
  readonly segments: readonly Segment[];
}

/**
 * What the dynamic loader reads of a program or shared library (System V ABI, chapters 4 and 5; tags of GNU ld.so).
 * Undefined for anything else: other object files, other formats, damaged or hostile files. Rejects only if `read` does.
 */
export async function readElf(readFile: ReadAt): Promise<ElfFacts | undefined> {
  const read = readWindows(readFile);
  const layout = elfLayout(await read(0, 64));
  if (!layout || layout.segmentCount > maxSegments) return undefined;
  const table = await read(layout.segmentsOffset, layout.segmentCount * layout.segmentSize);
  if (table.length < layout.segmentCount * layout.segmentSize) return undefined;
  const segments = Array.from({ length: layout.segmentCount }, (_, index) => layout.segment(table, index));
  const interpreter = segments.find((segment) => segment.type === segmentType.interpreter);
  const path = interpreter && (await readInterpreter(read, interpreter));
  if (interpreter && path === undefined) return undefined;
  const dynamic = await readDynamic({ read, layout, segments });
  const notes = segments.filter((segment) => segment.type === segmentType.note);
  const dlopen = dynamic ? await readDlopenNotes(read, layout, notes) : [];
  return (
    dynamic && {
      ...identityOf(layout),
      ...(path !== undefined && { interpreter: path }),
      ...dynamic,
      ...(dlopen.length > 0 && { dlopen }),
    }
  );
}

const identityOf = (
  layout: ElfLayout,
): Pick<ElfFacts, 'class' | 'littleEndian' | 'machine' | 'flags' | 'osAbi'> => ({
  class: layout.class,
  littleEndian: layout.littleEndian,
  machine: layout.machine,
  ...(layout.flags !== 0 && { flags: layout.flags }),
  ...(!systemV.has(layout.osAbi) && { osAbi: layout.osAbi }),
});

async function readInterpreter(read: ReadAt, { offset, fileSize }: Segment): Promise<string | undefined> {
  return stringIn(await read(offset, Math.min(fileSize, maxStringBytes)), 0);
}

type Dynamic = Pick<ElfFacts, 'needed' | 'soname' | 'rpath' | 'runpath'> & Partial<ElfFacts>;

async function readDynamic(file: File): Promise<Dynamic | undefined> {
  const { read, layout, segments } = file;
  const dynamic = segments.find((segment) => segment.type === segmentType.dynamic);
  if (!dynamic) return { needed: [], rpath: [], runpath: [] };
  const entries = layout.dynamicEntries(
    await read(dynamic.offset, Math.min(dynamic.fileSize, maxDynamicBytes)),
  );
  const value = new Map(entries.map((entry) => [entry.tag, entry.value]));
  const strings = placeOf(file, value.get(tag.strings))?.offset;
  const named = entries.filter((entry) => stringTags.has(entry.tag));
  if (strings === undefined) return named.length === 0 ? { needed: [], rpath: [], runpath: [] } : undefined;
  const text = await readStrings(
    read,
    strings,
    named.map((entry) => entry.value),
  );
  if (named.length > maxNames || named.some((entry) => text(entry.value) === undefined)) return undefined;
  return {
    ...namesOf(named, text),
    ...(await readVersions(file, strings, value)),
    ...(await readImported(file, strings, value)),
  };
}

function namesOf(
  named: readonly { readonly tag: number; readonly value: number }[],
  text: Strings,
): Pick<ElfFacts, 'needed' | 'soname' | 'rpath' | 'runpath'> {
  const all = (wanted: number): readonly string[] =>
    named.filter((entry) => entry.tag === wanted).map((entry) => text(entry.value) ?? '');
  // Of what should be there once the last counts.
  const folders = (wanted: number): readonly string[] => all(wanted).at(-1)?.split(':').filter(Boolean) ?? [];
  const soname = all(tag.soname).at(-1);
  return {
    needed: all(tag.needed),
    ...(soname !== undefined && { soname }),
    rpath: folders(tag.rpath),
    runpath: folders(tag.runpath),
  };
}

type Values = ReadonlyMap<number, number>;

async function readVersions(
  file: File,
  strings: number,
  value: Values,
): Promise<Pick<ElfFacts, 'versionsNeeded' | 'versionsDefined'>> {
  const { read, layout } = file;
  const tableOf = async (wanted: number): Promise<Buffer | undefined> => {
    const place = placeOf(file, value.get(wanted));
    return place && read(place.offset, Math.min(place.bytes, maxVersionBytes));
  };
  const neededTable = await tableOf(tag.versionsNeeded);
  const definedTable = await tableOf(tag.versionsDefined);
  const needed = neededTable ? neededRecords(neededTable, layout) : [];
  const defined = definedTable ? definedNames(definedTable, layout) : [];
  const names = needed.flatMap((each) => [each.file, ...each.versions.map((version) => version.name)]);
  const text = await readStrings(read, strings, [...names, ...defined], maxVersionLength);
  const versionsNeeded = nameVersions(needed, text);
  return {
    ...(versionsNeeded.length > 0 && { versionsNeeded }),
    ...(definedTable && { versionsDefined: defined.flatMap((name) => text(name) ?? []) }),
  };
}

async function readImported(file: File, strings: number, value: Values): Promise<Pick<ElfFacts, 'imports'>> {
  const address = value.get(tag.symbols);
  const place = placeOf(file, address);
  if (address === undefined || !place) return {};
  // The table does not say where it ends; at the latest, where the next one begins.
  const addresses = [...value].filter(([each]) => addressTags.has(each)).map(([, each]) => each);
  const next = Math.min(...addresses.filter((each) => each > address));
  const bytes = Math.min(place.bytes, next - address);
  const imports = await readImports(file.read, file.layout, { symbols: place.offset, strings, bytes });
  return imports.length > 0 ? { imports } : {};
}

/** Where in the file the byte at this address of the running program comes from, and how many follow. */
function placeOf(
  { segments }: File,
  address: number | undefined,
): { readonly offset: number; readonly bytes: number } | undefined {
  if (address === undefined) return undefined;
  const loaded = segments.find(
    (segment) =>
      segment.type === segmentType.load &&
      address >= segment.address &&
      address < segment.address + segment.fileSize,
  );
  if (!loaded) return undefined;
  const into = address - loaded.address;
  return { offset: loaded.offset + into, bytes: loaded.fileSize - into };
}
