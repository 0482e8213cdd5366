import { expect, test } from 'vitest';
import { compareVersions } from '../../../../../src/stages/builder/package-managers/compare-indexes.ts';

test('what came, went and changed is told by the newest versions, sorted', () => {
  const before = new Map([
    ['same', ['1']],
    ['z', ['2', '1']],
    ['a', ['1']],
    ['gone', ['1']],
  ]);
  const after = new Map([
    ['z', ['3', '2']],
    ['new', ['1']],
    ['a', ['2']],
    ['same', ['1', '0']],
  ]);
  expect(compareVersions(before, after)).toEqual({
    added: ['new'],
    removed: ['gone'],
    changed: [
      { name: 'a', old: '1', new: '2' },
      { name: 'z', old: '2', new: '3' },
    ],
  });
});
