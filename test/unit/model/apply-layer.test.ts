import { describe, expect, it } from 'vitest';
import { applyLayer } from '../../../src/model/apply-layer.ts';
import { makeTree } from '../../support/make-tree.ts';

type Tree = Parameters<typeof makeTree>[0];

const lower = makeTree({
  'a/': {},
  'a/sub/': {},
  'a/sub/y': {},
  'a/x': { text: 'old' },
  'a-too': {},
  link: { target: 'a' },
});
const apply = (entries: Tree, whiteouts: readonly string[] = [], opaque: readonly string[] = []) =>
  applyLayer(lower, { entries: makeTree(entries), whiteouts, opaque });
const paths = (...args: Parameters<typeof apply>): readonly string[] => [...apply(...args).keys()];

describe('a layer over a tree', () => {
  it('adds, in byte order, and replaces', () => {
    const tree = apply({ 'a/': { mode: 0o700 }, 'a/b': {}, 'a/x': { text: 'newer' } });
    expect([...tree.keys()]).toEqual(['a', 'a-too', 'a/b', 'a/sub', 'a/sub/y', 'a/x', 'link']);
    expect(tree.get('a')?.mode).toBe(0o700);
    expect(tree.get('a/x')).toMatchObject({ size: 5 });
  });

  it('removes a path with all that is below it, and nothing that only begins like it', () => {
    expect(paths({}, ['a', 'link'])).toEqual(['a-too']);
    expect(paths({}, ['a/sub'])).toEqual(['a', 'a-too', 'a/x', 'link']);
  });

  it('removes what was there and not what it brings itself', () => {
    expect(paths({ 'a/': {}, 'a/new': {} }, ['a'])).toEqual(['a', 'a-too', 'a/new', 'link']);
    expect(paths({ 'a/': {}, 'a/new': {} }, [], ['a'])).toEqual(['a', 'a-too', 'a/new', 'link']);
    expect(paths({ new: {} }, [], [''])).toEqual(['new']);
  });

  it.each<[string, Tree]>([
    ['file', { a: {} }],
    ['symlink', { a: { target: 'a-too' } }],
  ])('leaves nothing below a directory that became a %s', (_type, entries) => {
    expect(paths(entries)).toEqual(['a', 'a-too', 'link']);
  });

  it('puts a directory where a symlink or a file was', () => {
    const tree = apply({ 'a-too/': {}, 'a-too/x': {}, 'link/': {}, 'link/x': {} });
    expect([...tree.keys()]).toEqual(['a', 'a-too', 'a-too/x', 'a/sub', 'a/sub/y', 'a/x', 'link', 'link/x']);
    expect(tree.get('link')?.type).toBe('directory');
  });
});

it('replaces all of a large tree without comparing each path with each', () => {
  const names = Array.from({ length: 30_000 }, (_, index) => `d/${index}`);
  const tree = makeTree({ 'd/': {}, ...Object.fromEntries(names.map((name) => [name, {}])) });
  expect(applyLayer(tree, { entries: tree, whiteouts: names }).size).toBe(tree.size);
});
