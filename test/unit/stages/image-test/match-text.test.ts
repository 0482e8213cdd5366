import { expect, test } from 'vitest';
import { mismatches } from '../../../../src/stages/image-test/match-text.ts';

test('a text alone must be the whole text, but for the line feed at the end', () => {
  expect(mismatches('jq-1.6\n', 'jq-1.6')).toEqual([]);
  expect(mismatches('jq-1.6', 'jq-1.6\n')).toEqual([]);
  expect(mismatches('jq-1.6\n\n', 'jq-1.6')).toHaveLength(1);
  expect(mismatches('jq-1.6\n', 'jq-1.7')).toEqual(['is "jq-1.6" instead of "jq-1.7"']);
  expect(mismatches('a', '')).toEqual(['is "a" instead of ""']);
});

test('nothing asked for is met by anything', () => {
  expect(mismatches('x', undefined)).toEqual([]);
  expect(mismatches('x', {})).toEqual([]);
});

test('everything that is given must hold', () => {
  const rule = { contains: ['one', 'two'], matches: '^three$' };
  expect(mismatches('one two\nthree\n', rule)).toEqual([]);
  expect(mismatches('one', rule)).toEqual(['has no "two"', 'does not match /^three$/']);
  expect(mismatches('one', { contains: 'one', equals: 'two' })).toEqual(['is "one" instead of "two"']);
});

test('an expression that would take years is given up', () => {
  expect(mismatches(`${'a'.repeat(40)}!`, { matches: '^(a+)+$' })).toEqual([
    'could not be compared with /^(a+)+$/ within 5 s',
  ]);
}, 60_000);

test('long texts are cut', () => {
  expect(mismatches('x'.repeat(500), 'y')[0]).toMatch(/^is "x{80}…" instead of "y"$/);
});
