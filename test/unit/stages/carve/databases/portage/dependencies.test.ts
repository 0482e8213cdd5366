import { expect, test } from 'vitest';
import { parseDependencies } from '../../../../../../src/stages/carve/databases/portage/dependencies.ts';

test.each([
  ['', []],
  ['a/b >=c/d-1:0=', [['a/b'], ['>=c/d-1:0=']]],
  ['|| ( a/b c/d )', [['a/b', 'c/d']]],
  ['|| ( ( a/b c/d ) e/f )', [['a/b', 'c/d', 'e/f']]],
  ['( a/b || ( c/d e/f ) ) g/h', [['a/b'], ['c/d', 'e/f'], ['g/h']]],
  ['!a/b !!<c/d-2 e/f', [['e/f']]],
  ['ssl? ( a/b )', [['a/b']]],
])('%s', (text, expected) => {
  expect(parseDependencies(text)).toEqual(expected);
});
