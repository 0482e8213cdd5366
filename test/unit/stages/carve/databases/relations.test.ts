import { describe, expect, test } from 'vitest';
import { parseRelations } from '../../../../../src/stages/carve/databases/relations.ts';

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
