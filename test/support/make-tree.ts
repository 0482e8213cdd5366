import { createHash } from 'node:crypto';
import { toRootfs, type FileEntry, type Rootfs, type TreeEntry } from '../../src/model/tree-entry.ts';

type Given = Partial<Omit<FileEntry, 'type' | 'path'>> & { readonly text?: string; readonly target?: string };

const meta = (mode: number) => ({ mode, uid: 0, gid: 0, mtime: 100, xattrs: new Map<string, Uint8Array>() });

/**
 * A tree written down: `{ 'usr/': {}, 'usr/x': { text: 'hi' }, bin: { target: 'usr/bin' } }`. A name that ends in `/`
 * is a directory, one with a `target` a symlink, the rest are files.
 */
export function makeTree(paths: Readonly<Record<string, Given>>): Rootfs {
  return toRootfs(Object.entries(paths).map(([path, given]) => toEntry(path, given)));
}

function toEntry(path: string, { text = '', target, ...given }: Given): TreeEntry {
  if (path.endsWith('/')) return { type: 'directory', path: path.slice(0, -1), ...meta(0o755), ...given };
  if (target !== undefined) return { type: 'symlink', path, target, ...meta(0o777), ...given };
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const content = { kind: 'bytes', bytes } as const;
  return { type: 'file', path, ...meta(0o644), size: bytes.length, sha256, content, ...given };
}
