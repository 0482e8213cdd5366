import { expect, test } from 'vitest';
import { readWhiteout, whiteoutOf } from '../../../src/oci/whiteout.ts';

test.each(['x', 'a/b/x', 'a/.hidden'])('the name that removes %s is read as that', (path) => {
  expect(readWhiteout(whiteoutOf(path))).toEqual({ kind: 'path', path });
});

test('the names of the specification', () => {
  expect(whiteoutOf('a/b')).toBe('a/.wh.b');
  expect(readWhiteout('a/.wh..wh..opq')).toEqual({ kind: 'contents', path: 'a' });
  expect(readWhiteout('.wh..wh..opq')).toEqual({ kind: 'contents', path: '' });
});

test.each(['.who', 'a/x.wh.y', '.wh.dir/x'])('%s is a file like any other', (path) => {
  expect(readWhiteout(path)).toBeUndefined();
});
