import { expect, test } from 'vitest';
import { parseAtom, satisfies } from '../../../../../../src/stages/carve/databases/portage/atom.ts';

const greet = { name: 'dev-libs/greet', version: '2.0-r1', slot: '2' };

test.each([
  ['dev-libs/greet', true],
  ['greet', true],
  ['eet', false],
  ['dev-libs/greet:2', true],
  ['dev-libs/greet:2/2.0-r1=', true],
  ['dev-libs/greet:*', true],
  ['dev-libs/greet:=', true],
  ['dev-libs/greet:1', false],
  ['>=dev-libs/greet-2', true],
  ['>dev-libs/greet-2.0', true],
  ['<dev-libs/greet-2.0', false],
  ['<=dev-libs/greet-2.0-r1', true],
  ['=dev-libs/greet-2.0-r1', true],
  ['=dev-libs/greet-2.0', false],
  ['=dev-libs/greet-2*', true],
  ['=dev-libs/greet-2.0*', true],
  ['~dev-libs/greet-2.0', true],
  ['~dev-libs/greet-2.1', false],
  ['>=dev-libs/greet-1.0:2[static-libs,-doc(-)]', true],
  ['dev-libs/greet::gentoo', true],
])('%s: %s', (text, expected) => {
  expect(satisfies(greet, parseAtom(text))).toBe(expected);
});
