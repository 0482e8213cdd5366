import { createHash } from 'node:crypto';
import {
  parentPath,
  toRootfs,
  type FileEntry,
  type Origin,
  type Rootfs,
  type TreeEntry,
} from '../../src/model/tree-entry.ts';

/** What is at a path: text or bytes of a file with mode 0644, `dir`, a link, or a file with more to say. */
export type Node =
  | string
  | Uint8Array
  | typeof dir
  | { readonly link: string; readonly origin?: Origin }
  | {
      readonly content: string | Uint8Array;
      readonly mode?: number;
      readonly origin?: Origin;
      readonly inode?: number;
    };

export const dir: unique symbol = Symbol('directory');

/** A symbolic link. */
export const link = (target: string): Node => ({ link: target });

/** An executable file. */
export const program = (content: string | Uint8Array, origin?: Origin): Node => ({
  content,
  mode: 0o755,
  ...(origin && { origin }),
});

const meta = { uid: 0, gid: 0, mtime: 0, xattrs: new Map<string, Uint8Array>() };

/** A tree in memory; folders above a path are made. */
export function makeRootfs(nodes: Readonly<Record<string, Node>>): Rootfs {
  const entries = new Map<string, TreeEntry>();
  for (const [path, node] of Object.entries(nodes)) {
    for (let folder = parentPath(path); folder !== ''; folder = parentPath(folder)) {
      if (!entries.has(folder)) entries.set(folder, folderEntry(folder));
    }
    entries.set(path, entryOf(path, node));
  }
  return toRootfs(entries.values());
}

const folderEntry = (path: string): TreeEntry => ({ type: 'directory', path, mode: 0o755, ...meta });

function entryOf(path: string, node: Node): TreeEntry {
  if (node === dir) return folderEntry(path);
  if (typeof node === 'string' || node instanceof Uint8Array) return fileEntry(path, { content: node });
  if (!('link' in node)) return fileEntry(path, node);
  return { type: 'symlink', path, mode: 0o777, ...meta, target: node.link, ...(node.origin && { origin: node.origin }) };
}

function fileEntry(path: string, { content, mode = 0o644, ...more }: Extract<Node, { content: unknown }>): FileEntry {
  const bytes = Buffer.from(content);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { type: 'file', path, mode, ...meta, size: bytes.length, sha256, content: { kind: 'bytes', bytes }, ...more };
}
