import { fault, type Instruction } from './instruction.ts';

/**
 * Splits at whitespace outside quotes, as Docker does for ENV, LABEL and ARG; quotes and escapes stay in the words.
 */
export function splitWords(text: string, escape: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index);
    if (quote === '' && /\s/.test(char)) {
      if (word !== '') words.push(word);
      word = '';
    } else if (char === escape && quote !== "'") {
      word += char + text.charAt(++index);
    } else {
      if (quote === char) quote = '';
      else if (quote === '' && (char === '"' || char === "'")) quote = char;
      word += char;
    }
  }
  return word === '' ? words : [...words, word];
}

/** Splits at whitespace, quotes meaning nothing, as Docker does for COPY, EXPOSE and VOLUME. */
export const splitAtSpaces = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * The strings of an instruction in JSON (exec) form; undefined when it is not JSON, which makes it the shell form.
 * A JSON list of anything but strings is IMAGE_INVALID.
 */
export function parseJsonForm(
  instruction: Instruction,
  text = instruction.rest,
): readonly string[] | undefined {
  const value = readList(text);
  if (!value) return undefined;
  if (value.every((item) => typeof item === 'string')) return value;
  throw fault(instruction, 'the list may hold strings only');
}

/** True for arguments in JSON (exec) form. */
export const isJsonForm = (text: string): boolean => readList(text) !== undefined;

function readList(text: string): readonly unknown[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
