import type { ParameterExpansionPart, Word, WordPart } from 'unbash';
import { describePart } from './describe-syntax.ts';

/** Value of a shell variable: text, or a list (an array). */
export type ShellValue = string | readonly string[];

/** What evaluating a word needs to know, and where it reports what it cannot do. */
export interface Evaluation {
  lookup(name: string): ShellValue | undefined;
  /** Takes a fault at an offset of the file. */
  fault(offset: number, reason: string): void;
  /** Takes what only running a command would tell. */
  command(offset: number, reason: string): void;
  /** Notes a variable that has no value. */
  unset(offset: number, name: string): void;
  /** False once the values of this file have grown too long together. */
  spend(characters: number, offset: number): boolean;
}

/** A piece of a word; blanks in one that `splits` separate the elements of an array. */
interface Fragment {
  readonly text: string;
  readonly splits: boolean;
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** An unquoted `~` that bash would replace by a home folder: first, or after a colon. */
const hasTilde = (raw: string, first: boolean): boolean => {
  const plain = raw.replace(/\\[^]/g, '__');
  return (first && plain.startsWith('~')) || plain.includes(':~');
};

/** Unquoted literal text; where it `splits` (in a default), blanks after a backslash do not. */
function literal(raw: string, value: string, splits: boolean): readonly Fragment[] {
  if (!splits || !raw.includes('\\')) return [{ text: value, splits }];
  return raw.split(/(\\[^])/).map((piece) => {
    if (!piece.startsWith('\\')) return { text: piece, splits: true };
    return piece === '\\\n' ? { text: '', splits: true } : { text: piece.slice(1), splits: false };
  });
}

function refuse(part: WordPart, evaluation: Evaluation): readonly Fragment[] {
  const reason = `${describePart(part)} is not allowed`;
  if (part.type === 'CommandExpansion') evaluation.command(part.pos, reason);
  else evaluation.fault(part.pos, reason);
  return [];
}

function textOf(name: string, pos: number, evaluation: Evaluation): string {
  const value = evaluation.lookup(name);
  if (typeof value === 'string') return value;
  if (value === undefined) evaluation.unset(pos, name);
  else evaluation.fault(pos, `${name} is a list and cannot be put into a value`);
  return '';
}

function expand(part: ParameterExpansionPart, evaluation: Evaluation, quoted: boolean): readonly Fragment[] {
  const { parameter, prefix, index, operation } = part;
  if (prefix !== undefined || index !== undefined || !variableName.test(parameter)) {
    return refuse(part, evaluation);
  }
  if (operation === undefined) return [{ text: textOf(parameter, part.pos, evaluation), splits: !quoted }];
  if (operation.type !== 'Default' || !/^:?-$/.test(operation.operator)) return refuse(part, evaluation);
  const value = evaluation.lookup(parameter);
  const takesDefault = value === undefined || (value === '' && operation.operator === ':-');
  if (!takesDefault) return [{ text: textOf(parameter, part.pos, evaluation), splits: !quoted }];
  // Between double quotes bash takes ' literally even here, the parser does not: who means what?
  if (quoted && operation.operand.text.includes("'")) return refuse(part, evaluation);
  return fragmentsOf(operation.operand, evaluation, quoted, true);
}

function partFragments(
  part: WordPart,
  evaluation: Evaluation,
  context: { readonly quoted: boolean; readonly inDefault: boolean; readonly first: boolean },
): readonly Fragment[] {
  const { quoted, inDefault, first } = context;
  switch (part.type) {
    case 'Literal':
      if (!quoted && hasTilde(part.text, first)) return tilde(part.pos, evaluation);
      return literal(part.text, part.value, inDefault && !quoted);
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [{ text: part.value, splits: false }];
    case 'DoubleQuoted': {
      const inner = part.parts.flatMap((child) =>
        partFragments(child, evaluation, { quoted: true, inDefault, first: false }),
      );
      return [{ text: '', splits: false }, ...inner];
    }
    case 'SimpleExpansion': {
      const name = part.text.slice(1);
      if (!variableName.test(name)) return refuse(part, evaluation);
      return [{ text: textOf(name, part.pos, evaluation), splits: !quoted }];
    }
    case 'ParameterExpansion':
      return expand(part, evaluation, quoted);
    case 'Glob':
      if (part.parts?.some((inner) => inner.type !== 'Literal')) return refuse(part, evaluation);
      return [{ text: part.value, splits: inDefault && !quoted }];
    default:
      return refuse(part, evaluation);
  }
}

function tilde(pos: number, evaluation: Evaluation): readonly Fragment[] {
  evaluation.fault(pos, 'the home folder "~" is not allowed');
  return [];
}

function fragmentsOf(
  word: Word,
  evaluation: Evaluation,
  quoted: boolean,
  inDefault: boolean,
): readonly Fragment[] {
  if (word.parts === undefined) {
    if (!quoted && hasTilde(word.text, true)) return tilde(word.pos, evaluation);
    return word.text === '' ? [] : literal(word.text, word.value, inDefault && !quoted);
  }
  return word.parts.flatMap((part, index) => {
    const fragments = partFragments(part, evaluation, { quoted, inDefault, first: index === 0 });
    const length = fragments.reduce((sum, { text }) => sum + text.length, 0);
    return evaluation.spend(length, part.pos) ? fragments : [];
  });
}

/** The value of `NAME=word`. */
export function evaluateText(word: Word, evaluation: Evaluation): string {
  return fragmentsOf(word, evaluation, false, false)
    .map(({ text }) => text)
    .join('');
}

/** The elements that `word` adds to `NAME=(…)`: one, or what an unquoted expansion splits into at blanks. */
export function evaluateElements(word: Word, evaluation: Evaluation): readonly string[] {
  const elements: string[] = [];
  let open: string | undefined;
  const close = (): void => {
    if (open !== undefined) elements.push(open);
    open = undefined;
  };
  for (const { text, splits } of fragmentsOf(word, evaluation, false, false)) {
    if (!splits) open = (open ?? '') + text;
    else {
      text.split(/([ \t\n]+)/).forEach((piece, index) => {
        if (index % 2 === 1) close();
        else if (piece !== '') open = (open ?? '') + piece;
      });
    }
  }
  close();
  return elements;
}
