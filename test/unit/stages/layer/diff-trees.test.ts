import { describe, expect, it } from 'vitest';
import { diffTrees, normalise } from '../../../../src/stages/layer/index.ts';
import { makeTree } from '../../../support/make-tree.ts';

const parent = makeTree({
  'etc/': {},
  'etc/passwd': { text: 'root' },
  'tmp/': { mode: 0o1777 },
  'usr/': {},
  'usr/lib/': {},
  'usr/lib/a': { text: 'a' },
  'usr/lib/b': { text: 'b' },
  lib: { target: 'usr/lib' },
});
const diff = (tree: Parameters<typeof makeTree>[0], ...deleted: string[]) => {
  const { entries, whiteouts } = diffTrees(parent, makeTree(tree), new Set(deleted));
  return { paths: [...entries.keys()], whiteouts, entries };
};

describe('diffTrees', () => {
  it('finds nothing in a tree like its parent, or in one that has less', () => {
    expect(diffTrees(parent, parent, new Set())).toEqual({ entries: new Map(), whiteouts: [] });
    expect(diff({ 'etc/': {} }).paths).toEqual([]);
  });

  it.each<[string, Parameters<typeof makeTree>[0], string[]]>([
    ['content', { 'etc/passwd': { text: 'more' } }, ['etc', 'etc/passwd']],
    ['mode', { 'etc/passwd': { text: 'root', mode: 0o600 } }, ['etc', 'etc/passwd']],
    ['owner', { 'etc/passwd': { text: 'root', uid: 1 } }, ['etc', 'etc/passwd']],
    ['group', { 'etc/passwd': { text: 'root', gid: 1 } }, ['etc', 'etc/passwd']],
    [
      'attributes',
      { 'etc/passwd': { text: 'root', xattrs: new Map([['user.x', Buffer.from('1')]]) } },
      ['etc', 'etc/passwd'],
    ],
    ['target', { lib: { target: 'usr/lib64' } }, ['lib']],
    ['type', { 'lib/': {} }, ['lib']],
    ['directory mode', { 'tmp/': { mode: 0o755 } }, ['tmp']],
    ['only time', { 'etc/passwd': { text: 'root', mtime: 999 }, 'tmp/': { mode: 0o1777, mtime: 999 } }, []],
    ['only where content is', { 'etc/passwd': { text: 'root', content: { kind: 'parent' } } }, []],
  ])('compares %s', (_, tree, expected) => {
    expect(diff(tree).paths).toEqual(expected);
  });

  it('repeats the directories above what it adds, as the tree or the parent has them', () => {
    const { entries, paths } = diff({
      'tmp/x': {},
      'opt/': { mode: 0o700 },
      'opt/new/deep/y': {},
      'usr/lib/z': {},
    });
    expect(paths).toEqual([
      'opt',
      'opt/new',
      'opt/new/deep',
      'opt/new/deep/y',
      'tmp',
      'tmp/x',
      'usr',
      'usr/lib',
      'usr/lib/z',
    ]);
    expect(entries.get('tmp')).toMatchObject({ type: 'directory', mode: 0o1777 });
    expect(entries.get('opt')).toMatchObject({ mode: 0o700 });
    expect(entries.get('opt/new')).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, gid: 0 });
  });

  it('removes what is deleted from the parent, with the directories above it', () => {
    const { whiteouts, paths } = diff({}, 'usr/lib/b', 'etc/passwd', 'never/there');
    expect(whiteouts).toEqual(['etc/passwd', 'usr/lib/b']);
    expect(paths).toEqual(['etc', 'usr', 'usr/lib']);
  });

  it('removes a directory as a whole', () => {
    expect(diff({}, 'usr/lib', 'usr/lib/a', 'usr/lib/b').whiteouts).toEqual(['usr/lib']);
  });

  it('removes nothing that the tree still has, or that is only left out of it', () => {
    expect(diff({ 'usr/lib/a': { text: 'a' } }, 'usr/lib/a').whiteouts).toEqual([]);
    expect(diff({}).whiteouts).toEqual([]);
  });

  it('removes nothing below a directory that became a file', () => {
    const { whiteouts, paths } = diff({ 'usr/lib': { text: 'file' } }, 'usr/lib/a', 'usr/lib/b');
    expect(whiteouts).toEqual([]);
    expect(paths).toEqual(['usr', 'usr/lib']);
  });
});

describe('normalise', () => {
  it('lets no file be newer than the epoch and gives every directory that date', () => {
    const tree = makeTree({
      'd/': { mtime: 5 },
      old: { mtime: 5 },
      new: { mtime: 99 },
      link: { target: 'x', mtime: 99 },
    });
    const times = [...normalise(tree, 50).values()].map(({ path, mtime }) => [path, mtime]);
    expect(times).toEqual([
      ['d', 50],
      ['link', 50],
      ['new', 50],
      ['old', 5],
    ]);
  });
});
