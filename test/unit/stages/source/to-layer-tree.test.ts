import { expect, it } from 'vitest';
import { toLayerTree } from '../../../../src/stages/source/to-layer-tree.ts';
import { makeTree } from '../../../support/make-tree.ts';

it('tells what a layer brings from what it removes', () => {
  const files = makeTree({ '.wh.gone': {}, 'a/': {}, 'a/.wh..wh..opq': {}, 'a/.wh.x': {}, 'a/new': {} });
  const { entries, whiteouts, opaque } = toLayerTree(files, 0);
  expect([...entries.keys()]).toEqual(['a', 'a/new']);
  expect(whiteouts).toEqual(['gone', 'a/x']);
  expect(opaque).toEqual(['a']);
});

it('keeps hard links of different layers apart', () => {
  const files = makeTree({ a: { inode: 1 }, b: { inode: 1 } });
  const inodes = [0, 1].flatMap((index) =>
    [...toLayerTree(files, index).entries.values()].map((entry) => entry.type === 'file' && entry.inode),
  );
  expect(inodes[0]).toBe(inodes[1]);
  expect(inodes[2]).toBe(inodes[3]);
  expect(inodes[0]).not.toBe(inodes[2]);
});
