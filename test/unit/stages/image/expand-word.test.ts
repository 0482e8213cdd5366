import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandWord } from '../../../../src/stages/image/expand-word.ts';

const values = new Map([
  ['x', '1'],
  ['empty', ''],
  ['spaced', 'a "b" $x'],
  ['path', '/usr/lib/x.tar.gz'],
  ['star', 'a*b'],
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
    ['${path#*/} ${path##*/} ${path%.*} ${path%%.*}', 'usr/lib/x.tar.gz x.tar.gz /usr/lib/x.tar /usr/lib/x'],
    [
      '${path#/usr} ${path#lib} ${path%.gz} ${path%tar}',
      '/lib/x.tar.gz /usr/lib/x.tar.gz /usr/lib/x.tar /usr/lib/x.tar.gz',
    ],
    ['${path/\\//_} ${path//\\//_} ${path/u?r/$x}', '_usr/lib/x.tar.gz _usr_lib_x.tar.gz /1/lib/x.tar.gz'],
    ['${path//r*l/-} ${path//./} ${star#a\\*} ${star//\\*/\\}}', '/us-ib/x.tar.gz /usr/lib/xtargz b a}b'],
    ['${u#x}${u/a/b}|${path#"/usr"}|${path%$x}', '|/lib/x.tar.gz|/usr/lib/x.tar.gz'],
  ])('%s', (word, expected) => {
    expect(expand(word)).toBe(expected);
  });

  test('the escape character may be a backtick', () => {
    expect(expand('C:\\dir `$x "`$x"', '`')).toBe('C:\\dir $x $x');
  });

  test('in a here-document quotes are text', () => {
    const expansion = { escape: '\\', quotesAreText: true, fail: (reason: string) => new Error(reason) };
    const lookup = (name: string): string | undefined => values.get(name);
    expect(expandWord(`it's "$x" \\$x \${u:-'d'}`, { ...expansion, lookup })).toBe(`it's "1" $x 'd'`);
  });

  test.each([
    ['"open', 'closing double quote'],
    ["'open", 'closing single quote'],
    ['${x', 'not understood'],
    ['${x:-open', 'closing brace'],
    ['${x!y}', 'not understood'],
    ['${}', 'not understood'],
    ['${x#1', 'closing brace'],
    ['${x/1}', 'closing slash'],
    ['${x#\\a}', '"\\a" is not a pattern'],
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
