import { expect, test } from 'vitest';
import { toRootfs, type Rootfs, type TreeEntry } from '../../../../src/model/tree-entry.ts';
import { makeDirectory, type DirectoryStep } from '../../../../src/stages/image/index.ts';

const meta = { mode: 0o755, uid: 0, gid: 0, mtime: 1, xattrs: new Map<string, Uint8Array>() };
const tree: Rootfs = toRootfs([
  { ...meta, type: 'directory', path: 'srv' },
  { ...meta, type: 'symlink', path: 'var', target: 'srv' },
  { ...meta, type: 'fifo', path: 'pipe' },
] satisfies TreeEntry[]);

function make(path: string): string[] {
  const at = { file: 'D', line: 2, column: 1 };
  const step: DirectoryStep = { kind: 'directory', path, user: 'www', at, createdBy: `WORKDIR ${path}` };
  const layer = makeDirectory({ step, tree, uid: 33, gid: 34, epoch: 9 });
  return [...layer.values()].map(
    (entry) => `${entry.path} ${entry.type} ${entry.uid}:${entry.gid} ${entry.mtime}`,
  );
}

test('missing directories belong to the user', () => {
  expect(make('/srv/a/b')).toEqual(['srv/a directory 33:34 9', 'srv/a/b directory 33:34 9']);
});

test('a directory that is there makes no layer', () => {
  expect(make('/srv')).toEqual([]);
  expect(make('/var')).toEqual([]);
});

test('links are followed', () => {
  expect(make('/var/www')).toEqual(['srv/www directory 33:34 9']);
});

test('something else in its place is refused', () => {
  expect(() => make('/pipe')).toThrow('cannot make "/pipe" for WORKDIR');
  expect(() => make('/pipe/x')).toThrow('cannot make "/pipe/x" for WORKDIR');
});
