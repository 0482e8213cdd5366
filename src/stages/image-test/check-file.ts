import type { FileTest } from '../../model/image-tests.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import { mismatches } from './match-text.ts';
import type { TestSubject } from './test-subject.ts';

/** Why a path of the image is not as it must be; empty when it is. */
export async function checkFile(
  { tree, lookupOwner, readContent }: Pick<TestSubject, 'tree' | 'lookupOwner' | 'readContent'>,
  test: FileTest,
): Promise<readonly string[]> {
  const entry = find(tree, test);
  if (test.exists === false) return entry === undefined ? [] : ['it is there'];
  if (entry === undefined) return ['it is not there'];
  const content =
    test.content !== undefined && entry.type === 'file' ? await readContent(entry.path) : undefined;
  return [
    ...expect('type', test.type, entry.type),
    ...expect('mode', test.mode?.padStart(4, '0'), entry.mode.toString(8).padStart(4, '0')),
    ...(test.owner === undefined ? [] : checkOwner(entry, test.owner, lookupOwner)),
    ...(test.target === undefined
      ? []
      : expect('target', test.target, entry.type === 'symlink' ? entry.target : entry.type)),
    ...(test.content !== undefined && content === undefined
      ? [`it is a ${entry.type}, without content`]
      : []),
    ...(content === undefined ? [] : mismatches(content, test.content).map((text) => `content ${text}`)),
  ];
}

const rootEntry: TreeEntry = {
  ...{ type: 'directory', path: '', mode: 0o755, uid: 0, gid: 0, mtime: 0, xattrs: new Map() },
};

/** The entry at a path; of a link the link itself when the test is about links, else what it leads to. */
function find(tree: Rootfs, { path, type, target, exists }: FileTest): TreeEntry | undefined {
  const aboutLink = type === 'symlink' || target !== undefined || exists === false;
  const clean = path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/');
  if (!aboutLink) return entryAt(tree, clean);
  const folder = resolvePath(tree, parentPath(clean));
  if (!folder.found) return undefined;
  const name = clean.slice(clean.lastIndexOf('/') + 1);
  return clean === '' ? rootEntry : tree.get(folder.path === '' ? name : `${folder.path}/${name}`);
}

function entryAt(tree: Rootfs, path: string): TreeEntry | undefined {
  const resolved = resolvePath(tree, path);
  if (!resolved.found) return undefined;
  return resolved.entry ?? rootEntry;
}

function expect(what: string, wanted: string | undefined, actual: string): readonly string[] {
  return wanted === undefined || wanted === actual ? [] : [`${what} is ${actual} instead of ${wanted}`];
}

function checkOwner(
  { uid, gid }: TreeEntry,
  owner: string,
  lookupOwner: TestSubject['lookupOwner'],
): readonly string[] {
  const wanted = lookupOwner(owner);
  const actual = owner.includes(':') ? `${uid}:${gid}` : `${uid}`;
  const wantedText = owner.includes(':') ? `${wanted.uid}:${wanted.gid}` : `${wanted.uid}`;
  return actual === wantedText ? [] : [`owner is ${actual} instead of ${owner}`];
}
