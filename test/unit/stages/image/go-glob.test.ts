import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileGlob, isGlob } from '../../../../src/stages/image/go-glob.ts';

/** The rules are those of https://pkg.go.dev/path/filepath#Match. */
test.each<[string, string, boolean]>([
  ['abc', 'abc', true],
  ['*c', 'abc', true],
  ['a*', 'ab/c', false],
  ['a*/b', 'abc/b', true],
  ['a*/b', 'a/c/b', false],
  ['ab[b-d]', 'abc', true],
  ['ab[e-g]', 'abc', false],
  ['ab[^b-d]', 'abc', false],
  ['a\\*b', 'a*b', true],
  ['a?b', 'a☺b', true],
  ['a[^a]b', 'a☺b', true],
  ['a???b', 'a☺b', false],
  ['[a-ζ]*', 'α', true],
  ['a?b', 'a/b', false],
  ['[\\]a]', ']', true],
  ['[x\\-]', '-', true],
  ['[\\-x]', 'a', false],
  ['*', '.hidden', true],
  ['a.b+(c)', 'a.b+(c)', true],
  ['a.b', 'axb', false],
])('%s on %s: %s', (pattern, name, expected) => {
  expect(compileGlob(pattern)?.test(name)).toBe(expected);
});

test.each(['[]a]', '[-]', '[x-]', '[-x]', '[', '[^', '[^bc', 'a[', '\\'])('%s is malformed', (pattern) => {
  expect(compileGlob(pattern)).toBeUndefined();
});

test('text without signs matches itself alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, other) => {
      fc.pre(!isGlob(text));
      expect(compileGlob(text)?.test(text)).toBe(true);
      expect(compileGlob(text)?.test(other)).toBe(other === text);
    }),
  );
});
