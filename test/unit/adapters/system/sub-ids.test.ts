import { expect, it } from 'vitest';
import { findSubIds, proposeSubIds } from '../../../../src/adapters/system/sub-ids.ts';

const user = { name: 'ann', uid: 1001 };

it.each([
  ['by name', 'bob:100000:65536\nann:165536:65536\n', 165_536],
  ['by number', '1001:300000:70000\n', 300_000],
  ['the first that is large enough', 'ann:5:1000\nann:100000:65536\nann:200000:65536\n', 100_000],
])('finds a range %s', (_, text, start) => expect(findSubIds(text, user)?.start).toBe(start));

it.each([
  ['no line', ''],
  ["another's line", 'anna:100000:65536\n10010:100000:65536\n'],
  ['a range without nobody', 'ann:100000:60000\n'],
  ['a broken line', 'ann:x:65536\nann\n'],
])('finds none in %s', (_, text) => expect(findSubIds(text, user)).toBeUndefined());

it.each([
  ['', 'ann:100000:65536'],
  ['bob:100000:65536\ncay:231072:65536\nnonsense\n', 'ann:296608:65536'],
  ['old:10:1000\n', 'ann:100000:65536'],
])('proposes ids that no other user has: %j', (text, line) => {
  expect(proposeSubIds(text, 'ann')).toBe(line);
  expect(findSubIds(line, user)).toBeDefined();
});
