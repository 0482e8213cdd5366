import { runInNewContext } from 'node:vm';
import type { TextRule } from '../../model/image-tests.ts';

/** Why `text` is not as the rule says, each as what follows its name: `has no "x"`. Empty: it is. Pure. */
export function mismatches(text: string, rule: TextRule | undefined): readonly string[] {
  if (rule === undefined) return [];
  const { equals, contains = [], matches } = typeof rule === 'string' ? { equals: rule } : rule;
  const missing = [contains].flat().filter((part) => !text.includes(part));
  return [
    ...(equals === undefined || trimEnd(equals) === trimEnd(text)
      ? []
      : [`is ${quote(text)} instead of ${quote(equals)}`]),
    ...missing.map((part) => `has no ${quote(part)}`),
    ...(matches === undefined ? [] : mismatch(text, matches)),
  ];
}

/** What an expression may take; a bad one (`^(a+)+$`) could take years, and nothing else would go on meanwhile. */
const mostSeconds = 5;

function mismatch(text: string, matches: string): readonly string[] {
  const expression = new RegExp(matches, 'm');
  try {
    const found: unknown = runInNewContext(
      'expression.test(text)',
      { expression, text },
      { timeout: mostSeconds * 1000 },
    );
    return found === true ? [] : [`does not match /${matches}/`];
  } catch {
    return [`could not be compared with /${matches}/ within ${mostSeconds} s`];
  }
}

const trimEnd = (text: string): string => text.replace(/\r?\n$/, '');

const longest = 80;

const quote = (text: string): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : trimEnd(text));
