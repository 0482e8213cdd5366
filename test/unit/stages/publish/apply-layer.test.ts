import { describe, expect, it } from 'vitest';
import { applyLayer } from '../../../../src/stages/publish/apply-layer.ts';
import { makeTree } from '../../../support/make-tree.ts';

const lower = makeTree({ 'a/': {}, 'a/x': {}, 'a/sub/': {}, 'a/sub/y': {}, b: {}, 'b-too': {} });
const apply = (layer: Parameters<typeof makeTree>[0]) => [...applyLayer(lower, makeTree(layer), 1).keys()];

describe('applyLayer', () => {
  it('keeps what the layer does not mention', () => {
    expect(apply({ 'a/': {}, 'a/new': {} })).toEqual(['a', 'a/new', 'a/sub', 'a/sub/y', 'a/x', 'b', 'b-too']);
  });

  it('removes a path, and everything below it', () => {
    expect(apply({ '.wh.a': {}, '.wh.b': {} })).toEqual(['b-too']);
  });

  it('empties an opaque directory and then fills it', () => {
    expect(apply({ 'a/': {}, 'a/.wh..wh..opq': {}, 'a/new': {} })).toEqual(['a', 'a/new', 'b', 'b-too']);
  });

  it('lets a layer remove a directory and bring it again', () => {
    expect(apply({ '.wh.a': {}, 'a/': {}, 'a/new': {} })).toEqual(['a', 'a/new', 'b', 'b-too']);
  });

  it('replaces a directory with a link', () => {
    expect(apply({ a: { target: 'b' } })).toEqual(['a', 'b', 'b-too']);
  });
});
