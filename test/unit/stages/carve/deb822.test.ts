import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRelations, parseStanza, splitStanzas } from '../../../../src/stages/carve/deb822.ts';

describe('parseStanza', () => {
  test('reads fields in any case and keeps continuation lines', () => {
    const fields = parseStanza(
      'Package: jq\nDESCRIPTION: short\n long\n .\n Depends: not a field\nVersion: 1:2-3',
    );
    expect(fields.get('package')).toBe('jq');
    expect(fields.get('description')).toBe('short\n long\n .\n Depends: not a field');
    expect(fields.get('version')).toBe('1:2-3');
    expect(fields.has('depends')).toBe(false);
  });

  test('reads back any fields', () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{0,8}(-[A-Z][a-z]{0,8})?$/);
    const value = fc.stringMatching(/^[^\s][^\n\r\u2028\u2029]{0,20}$/);
    fc.assert(
      fc.property(fc.dictionary(name, value), (fields) => {
        const lower = new Map(Object.entries(fields).map(([key, text]) => [key.toLowerCase(), text]));
        fc.pre(lower.size === Object.keys(fields).length);
        const text = Object.entries(fields).map(([key, each]) => `${key}: ${each}`);
        expect(new Map(parseStanza(text.join('\n')))).toEqual(lower);
      }),
    );
  });
});

describe('splitStanzas', () => {
  test('splits at empty lines, however many', () => {
    expect(splitStanzas('\nA: 1\n b\n\n\nB: 2\n')).toEqual(['A: 1\n b', 'B: 2']);
    expect(splitStanzas('')).toEqual([]);
  });
});

describe('parseRelations', () => {
  test('keeps names only, alternatives in order', () => {
    const field =
      'libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0, perl:any, g++-12 [amd64], x <!nocheck>, libstdc++6';
    expect(parseRelations(field)).toEqual([
      ['libc6'],
      ['debconf', 'debconf-2.0'],
      ['perl'],
      ['g++-12'],
      ['x'],
      ['libstdc++6'],
    ]);
  });

  test('a folded field and empty items', () => {
    expect(parseRelations('a,\n b | c,\n , d(>= 1)')).toEqual([['a'], ['b', 'c'], ['d']]);
    expect(parseRelations(undefined)).toEqual([]);
  });
});
