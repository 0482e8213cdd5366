import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandWord } from '../../../../src/stages/image/expand-word.ts';

const values = new Map([
  ['x', '1'],
  ['empty', ''],
  ['spaced', 'a "b" $x'],
]);
const expand = (word: string, escape = '\\'): string =>
  expandWord(word, { escape, lookup: (name) => values.get(name), fail: (reason) => new Error(reason) });

describe('expandWord', () => {
  test.each([
    ['plain', 'plain'],
    ['$x${x}_$x-', '11_1-'],
    ['$xy|', '|'],
    ['"$x"\'$x\'', '1$x'],
    ['\\$x "\\$x"', '$x $x'],
    ['"a\\tb" a\\tb', 'a\\tb atb'],
    ['"q\\"q" \'b\\\'', 'q"q b\\'],
    ['$spaced', 'a "b" $x'],
    ['${x:-d} ${u:-d} ${empty:-d} ${u-d} ${empty-d}', '1 d d d '],
    ['${x:+s} ${u:+s} ${empty:+s} ${empty+s}', 's   s'],
    ['${u:-${u:-"a b"}-$x}', 'a b-1'],
    ['${x:?no} $', '1 $'],
    ['$1b "$"', 'b $'],
    ['a\\', 'a'],
  ])('%s', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test('the escape character may be a backtick', () => {
    expect(expand('C:\\dir `$x "`$x"', '`')).toBe('C:\\dir $x $x');
  });

  test.each([
    ['"open', 'closing double quote'],
    ["'open", 'closing single quote'],
    ['${x', 'not understood'],
    ['${x:-open', 'closing brace'],
    ['${x!y}', 'not understood'],
    ['${}', 'not understood'],
    ['${x#1}', 'not understood'],
    ['${u:?give it a value}', 'u: give it a value'],
    ['${u?}', 'u is not set'],
    ['${a:-'.repeat(60) + '}'.repeat(60), 'nested more than 50 deep'],
  ])('%s is refused', (word, reason) => {
    expect(() => expand(word)).toThrow(reason);
  });

  test('without quotes, escapes and dollars a word stays as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const word = text.replace(/["'\\$]/g, '');
        expect(expand(word)).toBe(word);
      }),
    );
  });

  test('a value in single quotes comes out as it went in', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = text.replaceAll("'", '');
        expect(expand(`'${value}'`)).toBe(value);
      }),
    );
  });
});
