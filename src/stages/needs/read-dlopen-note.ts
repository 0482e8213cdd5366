import type { DlopenNote } from '../../model/file-facts.ts';
import type { ElfLayout, Segment } from './elf-layout.ts';
import type { ReadAt } from './read-window.ts';

const noteType = 0x407c0c0a;
const owner = 'FDO\0';
const headerBytes = 12;
/** Limits for files made to exhaust us; the largest real one, of systemd, has some 5,000 bytes in 20 notes. */
const maxSegments = 16;
const maxSegmentBytes = 1 << 16;
const maxNotes = 256;
const maxNameLength = 255;
const maxNames = 16;

/** What the notes of the PT_NOTE segments say of libraries loaded at run time (systemd's "dlopen() Metadata for ELF Files"). */
export async function readDlopenNotes(
  read: ReadAt,
  layout: ElfLayout,
  segments: readonly Segment[],
): Promise<readonly DlopenNote[]> {
  const notes: DlopenNote[] = [];
  for (const { offset, fileSize, alignment } of segments.slice(0, maxSegments)) {
    const bytes = await read(offset, Math.min(fileSize, maxSegmentBytes));
    for (const text of textsIn(bytes, layout, alignment === 8 ? 8 : 4)) notes.push(...parseNote(text));
  }
  return notes.slice(0, maxNotes);
}

/** Descriptors of the notes of this kind in a segment (System V ABI, chapter 5, "Note Section"). */
function* textsIn(bytes: Buffer, { word }: ElfLayout, alignment: number): Generator<string> {
  const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const [nameSize, size, type] = [word(bytes, at), word(bytes, at + 4), word(bytes, at + 8)];
    const name = at + headerBytes;
    const start = at + padded(headerBytes + nameSize);
    const isOurs = type === noteType && nameSize === owner.length && start + size <= bytes.length;
    if (isOurs && bytes.toString('latin1', name, name + nameSize) === owner)
      yield bytes.toString('utf8', start, start + size).replace(/\0+$/, '');
    at = start + padded(size);
  }
}

function parseNote(text: string): readonly DlopenNote[] {
  try {
    return asList(JSON.parse(text)).slice(0, maxNotes).flatMap(toNote);
  } catch {
    return [];
  }
}

/** The specification's first form was one object a note, with one name. */
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Unknown members are for later versions of the specification; without a priority it is "recommended". */
function toNote(value: unknown): readonly DlopenNote[] {
  if (typeof value !== 'object' || value === null) return [];
  const { soname, priority = 'recommended', feature } = value as Readonly<Record<string, unknown>>;
  const sonames = asList(soname).filter(isName).slice(0, maxNames);
  if (sonames.length === 0 || !isPriority(priority)) return [];
  return [{ sonames, priority, ...(isName(feature) && { feature }) }];
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxNameLength && !value.includes('\0');

const priorities: readonly unknown[] = ['required', 'recommended', 'suggested'];
const isPriority = (value: unknown): value is DlopenNote['priority'] => priorities.includes(value);
