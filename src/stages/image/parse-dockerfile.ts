import { KublerError, type SourcePosition } from '../../errors.ts';
import { didYouMean } from '../../model/suggest.ts';
import { findHereMarks, readHereDocument, type HereDocument } from './here-document.ts';
import { fault, type Flag, type Instruction } from './instruction.ts';
import { isJsonForm } from './words.ts';

const keywords = [
  ...[
    'ADD',
    'ARG',
    'CMD',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'MAINTAINER',
  ],
  ...['ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
];
const isSkipped = (line: string): boolean => /^\s*(#|$)/.test(line);

/** An instruction's text before it is taken apart. */
interface JoinedLines {
  readonly text: string;
  readonly at: SourcePosition;
  /** Index of the first line after it. */
  readonly next: number;
}

/** What a Dockerfile says, and what of it could not be understood. */
export interface ParsedDockerfile {
  readonly instructions: readonly Instruction[];
  /** IMAGE_INVALID with a line each: unknown instructions, missing arguments, here-documents without an end. */
  readonly faults: readonly KublerError[];
}

/**
 * Takes a Dockerfile apart (https://docs.docker.com/reference/dockerfile/): parser directives, comments, continuation
 * lines, flags, here-documents. Values are not expanded.
 * @param defaultEscape the escape character, unless a directive names one
 */
export function parseDockerfile(file: string, text: string, defaultEscape = '\\'): ParsedDockerfile {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const instructions: Instruction[] = [];
  const faults: KublerError[] = [];
  const collect = (error: unknown): void => {
    if (!(error instanceof KublerError)) throw error;
    faults.push(error);
  };
  const escape = readEscape(file, lines, collect) ?? defaultEscape;
  for (let index = 0; index < lines.length;) {
    if (isSkipped(lines[index] ?? '')) {
      index++;
      continue;
    }
    const joined = joinLines(file, lines, index, escape);
    index = joined.next;
    try {
      const instruction = parseInstruction(joined.text, escape, joined.at);
      const { documents, next } = readDocuments(instruction, lines, index);
      index = next;
      instructions.push({ ...instruction, documents });
    } catch (error) {
      collect(error);
    }
  }
  return { instructions, faults };
}

/** Parses one instruction that stands on one line, its here-documents left out. */
function parseInstruction(text: string, escape: string, at: SourcePosition): Instruction {
  const [, word = '', argumentText = ''] = /^\s*(\S+)\s*([\s\S]*?)\s*$/.exec(text) ?? [];
  const keyword = word.toUpperCase();
  const { flags, rest } = splitFlags(argumentText);
  const instruction: Instruction = { keyword, flags, rest, documents: [], text: text.trim(), escape, at };
  if (!keywords.includes(keyword)) {
    const hint = didYouMean(keyword, keywords);
    const options = hint === undefined ? { at } : { at, hint };
    throw new KublerError(
      'IMAGE_INVALID',
      `cannot read "${word}": it is not a Dockerfile instruction`,
      options,
    );
  }
  if (rest === '') throw fault(instruction, 'it has no arguments');
  return instruction;
}

/** The directives are comments `# name=value` above everything else; `escape` is the only one that matters here. */
function readEscape(
  file: string,
  lines: readonly string[],
  collect: (error: KublerError) => void,
): string | undefined {
  for (const [index, excerpt] of lines.entries()) {
    const [, name = '', value = ''] = /^\s*#\s*([A-Za-z]\w*)\s*=\s*(.+?)\s*$/.exec(excerpt) ?? [];
    if (name === '') break;
    if (name.toLowerCase() !== 'escape') continue;
    if (value === '\\' || value === '`') return value;
    const at = { file, line: index + 1, column: 1, excerpt };
    const reason = 'the escape character is neither a backslash nor a backtick';
    collect(new KublerError('IMAGE_INVALID', `cannot use "${value}": ${reason}`, { at }));
    break;
  }
  return undefined;
}

/** Joins a line with those it continues on, leaving comments and empty lines between them out, as Docker does. */
function joinLines(file: string, lines: readonly string[], start: number, escape: string): JoinedLines {
  const excerpt = lines[start] ?? '';
  const continued = escape === '`' ? /^(|.*[^`])`[ \t]*$/ : /^(|.*[^\\])\\[ \t]*$/;
  let text = '';
  let index = start;
  for (; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (index > start && isSkipped(line)) continue;
    const part = continued.exec(line)?.[1];
    text += part ?? line;
    if (part === undefined) break;
  }
  const column = excerpt.length - excerpt.trimStart().length + 1;
  return { text, at: { file, line: start + 1, column, excerpt }, next: index + 1 };
}

/** Takes the flags off the front of some arguments; a lone `--` ends them. */
function splitFlags(text: string): { readonly flags: readonly Flag[]; readonly rest: string } {
  const flags: Flag[] = [];
  let rest = text;
  for (;;) {
    const [all, name = '', value] = /^--([^\s=]*)(?:=(\S*))?(?:\s+|$)/.exec(rest) ?? [];
    if (all === undefined) return { flags, rest };
    rest = rest.slice(all.length);
    if (name === '') return { flags, rest };
    flags.push({ name, value });
  }
}

/** The here-documents of an instruction whose own lines end before `start`, and where the next instruction may begin. */
function readDocuments(
  instruction: Instruction,
  lines: readonly string[],
  start: number,
): { readonly documents: readonly HereDocument[]; readonly next: number } {
  const { keyword, rest } = instruction;
  const [, trigger = '', ofTrigger = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  const [word, text] = keyword === 'ONBUILD' ? [trigger.toUpperCase(), ofTrigger] : [keyword, rest];
  if (!/^(ADD|COPY|RUN)$/.test(word) || isJsonForm(text)) return { documents: [], next: start };
  const documents: HereDocument[] = [];
  let next = start;
  for (const mark of findHereMarks(text)) {
    const read = readHereDocument(mark, lines, next);
    if (!read) throw fault(instruction, `no line "${mark.name}" ends its here-document`);
    documents.push(read.document);
    next = read.next;
  }
  return { documents, next };
}
