import { expandWord } from './expand-word.ts';
import { splitWords } from './words.ts';

/** A here-document of an instruction: `<<NAME` and the lines up to one that is `NAME`. */
export interface HereDocument {
  /** Without quotes; the file name it has in a COPY. */
  readonly name: string;
  /** Its lines as written, each with its end. */
  readonly raw: string;
  /** The same without the tabs that `<<-` takes from the start of each line. */
  readonly text: string;
  /** False when the name is quoted: `$X` then stays as it is. */
  readonly expand: boolean;
}

/** `<<NAME` before its lines are read. */
export interface HereMark {
  readonly name: string;
  readonly expand: boolean;
  /** `<<-`: tabs at the start of lines do not count. */
  readonly strip: boolean;
}

/**
 * Reads a text that is one word such as `<<EOF`, `<<-"EOF"` or `3<<EOF`; undefined when it is anything else. Its escape is
 * always a backslash.
 */
export function parseHereMark(text: string): HereMark | undefined {
  const [, dash, quoted = ''] = /^\d*<<(-?)([^<]+)$/.exec(text) ?? [];
  if (splitWords(quoted, '\\').length !== 1) return undefined;
  const name = unquote(quoted);
  return name === undefined || name === ''
    ? undefined
    : { name, expand: name === quoted, strip: dash === '-' };
}

/** The marks of a line, in their order. */
export const findHereMarks = (line: string): readonly HereMark[] =>
  splitWords(line, '\\').flatMap((word) => parseHereMark(word) ?? []);

/**
 * Reads the document of a mark from `lines` (without their ends), beginning at `start`.
 * @returns also the index of the line after it; undefined when no line ends it
 */
export function readHereDocument(
  { name, expand, strip }: HereMark,
  lines: readonly string[],
  start: number,
): { readonly document: HereDocument; readonly next: number } | undefined {
  const stripped = (line: string): string => (strip ? line.replace(/^\t+/, '') : line);
  const length = lines.slice(start).findIndex((line) => stripped(line) === name);
  if (length < 0) return undefined;
  const own = lines.slice(start, start + length);
  const join = (parts: readonly string[]): string => parts.map((line) => `${line}\n`).join('');
  return {
    document: { name, expand, raw: join(own), text: join(own.map(stripped)) },
    next: start + length + 1,
  };
}

function unquote(word: string): string | undefined {
  try {
    return expandWord(word, {
      escape: '\\',
      lookup: (name) => `$${name}`,
      fail: (reason) => new Error(reason),
    });
  } catch {
    return undefined;
  }
}
