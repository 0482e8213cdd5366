import type { TreeFacts } from '../../model/file-facts.ts';
import { compareBytes, type FileEntry, type Origin, type Rootfs } from '../../model/tree-entry.ts';
import { kindOf } from './kind-of.ts';

/** Some files of an image. */
export interface Share {
  /** Package, kind or folder. */
  readonly name: string;
  readonly files: number;
  /** Of content; that of a hard-linked file counts once, at its first name. */
  readonly bytes: number;
  /** Of these, what the parent image has just so. */
  readonly parentBytes: number;
}

/** A folder with all that is in it. */
export interface Folder extends Share {
  readonly folders: readonly Folder[];
}

/** Where the bytes of an image are. The shares of each list sum up to the whole. */
export interface Measured {
  readonly files: number;
  readonly bytes: number;
  readonly parentBytes: number;
  /** By package, or by what else made them: most bytes first, as all lists. */
  readonly packages: readonly Share[];
  readonly kinds: readonly Share[];
  readonly root: Folder;
}

interface Measure {
  readonly entry: FileEntry;
  readonly bytes: number;
  readonly parentBytes: number;
}

/** Adds up the files of a tree. @param parent tree of the image it was built on */
export function measure(tree: Rootfs, facts: TreeFacts, parent: Rootfs = new Map()): Measured {
  const files = measureFiles(tree, parent);
  const { bytes, parentBytes } = sum('', files);
  return {
    ...{ files: files.length, bytes, parentBytes },
    packages: group(files, ({ entry }) => makerOf(entry.origin)),
    kinds: group(files, ({ entry }) => kindOf(entry, facts.get(entry.path))),
    root: folderOf('', files),
  };
}

function measureFiles(tree: Rootfs, parent: Rootfs): readonly Measure[] {
  // Numbers are those of one layer, so that files of two may have the same.
  const seen = new Set<string>();
  return [...tree.values()].flatMap((entry) => {
    if (entry.type !== 'file') return [];
    const inode = entry.inode === undefined ? undefined : `${entry.inode} ${entry.sha256}`;
    const isAgain = inode !== undefined && seen.has(inode);
    if (inode !== undefined) seen.add(inode);
    const bytes = isAgain ? 0 : entry.size;
    const above = parent.get(entry.path);
    const isSame = above?.type === 'file' && above.sha256 === entry.sha256;
    return [{ entry, bytes, parentBytes: isSame ? bytes : 0 }];
  });
}

/** Who a file is from, as a row has it. */
export function makerOf(origin: Origin | undefined): string {
  if (!origin) return '(no package)';
  if (origin.kind === 'package') return origin.name;
  if (origin.kind === 'hook') return `(${origin.hook})`;
  if (origin.kind === 'dockerfile') return `(Dockerfile.template:${origin.line})`;
  return origin.kind === 'script' ? '(maintainer scripts)' : '(Kubler)';
}

const sum = (name: string, files: readonly Measure[]): Share => ({
  name,
  files: files.length,
  bytes: files.reduce((total, { bytes }) => total + bytes, 0),
  parentBytes: files.reduce((total, { parentBytes }) => total + parentBytes, 0),
});

const largest = (a: Share, b: Share): number => b.bytes - a.bytes || compareBytes(a.name, b.name);

function split(
  files: readonly Measure[],
  keyOf: (file: Measure) => string,
): ReadonlyMap<string, readonly Measure[]> {
  const parts = new Map<string, Measure[]>();
  for (const file of files) {
    const key = keyOf(file);
    const part = parts.get(key) ?? [];
    parts.set(key, part);
    part.push(file);
  }
  return parts;
}

const group = (files: readonly Measure[], keyOf: (file: Measure) => string): readonly Share[] =>
  [...split(files, keyOf)].map(([name, part]) => sum(name, part)).sort(largest);

/** @param path of the folder, `''` for the root, else with a slash at its end */
function folderOf(path: string, files: readonly Measure[]): Folder {
  const below = split(files, ({ entry }) => {
    const end = entry.path.indexOf('/', path.length);
    return end < 0 ? '' : entry.path.slice(0, end + 1);
  });
  const folders = [...below].flatMap(([name, part]) => (name === '' ? [] : [folderOf(name, part)]));
  return { ...sum(`/${path.replace(/\/$/, '')}`, files), folders: folders.sort(largest) };
}

/** The folders of a certain depth, and above it those with files of their own: together they are the whole. */
export function foldersAt({ folders, ...folder }: Folder, depth: number): readonly Share[] {
  const { name, files, bytes, parentBytes } = folder;
  if (depth === 0 || folders.length === 0) return [{ name, files, bytes, parentBytes }];
  const left = (pick: (each: Share) => number): number =>
    folders.reduce((total, each) => total - pick(each), pick(folder));
  const own = {
    name,
    files: left((each) => each.files),
    bytes: left((each) => each.bytes),
    parentBytes: left((each) => each.parentBytes),
  };
  const below = folders.flatMap((each) => foldersAt(each, depth - 1));
  return [...(own.files > 0 ? [own] : []), ...below].sort(largest);
}
