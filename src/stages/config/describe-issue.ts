import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const typeNames: Readonly<Record<string, string>> = {
  string: 'text (put it in quotes)',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
};

/** What is wrong with a value, in words that follow "cannot read …:". Keys nobody knows are told apart before. */
export function describeIssue(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'it is missing'
        : `it must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `it must be ${issue.values.map((value) => `"${String(value)}"`).join(' or ')}`;
    case 'too_small':
      return issue.origin === 'int' || issue.origin === 'number'
        ? `it must be at least ${issue.minimum}`
        : issue.message;
    case 'too_big':
      return `it must be at most ${issue.maximum}`;
    case 'invalid_union':
      return issue.errors
        .flatMap((issues) => issues.slice(0, 1))
        .map(describeIssue)
        .join(', or ');
    default:
      return issue.message;
  }
}

/** A path into the file, as people write it: `apt.sources[0].uri`. */
export const describePath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
