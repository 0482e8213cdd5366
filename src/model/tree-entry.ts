import type { Sha256 } from './digest.ts';

/** Where the bytes of a file are; plain data, read by `stages/rootfs`. */
export type Content =
  /** `size` bytes from `offset` of a file on this host (a tar spool, or a file to COPY at offset 0). */
  | { readonly kind: 'slice'; readonly hostFile: string; readonly offset: number; readonly size: number }
  /** Bytes made by Kubler itself. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** In a parent's layer: known by its digest only. */
  | { readonly kind: 'parent' };

/** Who brought a file into the image, for receipts and `why`. */
export type Origin =
  | { readonly kind: 'package'; readonly name: string }
  /** A hook made or changed it, and it belongs to no package. */
  | { readonly kind: 'hook'; readonly hook: string }
  /** It belongs to no package, and no hook touched it: a maintainer script made it, in this image or in the base. */
  | { readonly kind: 'script' }
  /** Kubler wrote it: account files, package data for scanners, ld.so.cache. */
  | { readonly kind: 'kubler' }
  | { readonly kind: 'dockerfile'; readonly line: number };

/** Why carving by reach kept a file. */
export interface Reason {
  /** The file that needs it; without one, `how` says what else does. */
  readonly from?: string;
  /** `ENTRYPOINT`, `REACH etc/**`, `library libz.so.1`, `configuration of nginx`… */
  readonly how: string;
}

interface EntryMeta {
  /** Relative to the root, `/` between names, no leading or trailing `/`: `usr/bin/curl`. */
  readonly path: string;
  /** Permission bits with setuid, setgid and sticky: `0o4755`. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Extended attributes, name → value byte for byte. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
  readonly origin?: Origin;
  readonly reason?: Reason;
}

export interface FileEntry extends EntryMeta {
  readonly type: 'file';
  readonly size: number;
  readonly sha256: Sha256;
  readonly content: Content;
  /** Files of one tree with the same number are names of one inode (hard links). */
  readonly inode?: number;
}
export interface DirectoryEntry extends EntryMeta {
  readonly type: 'directory';
}
export interface SymlinkEntry extends EntryMeta {
  readonly type: 'symlink';
  readonly target: string;
}
export interface FifoEntry extends EntryMeta {
  readonly type: 'fifo';
}

/** One path of a root filesystem. Devices and sockets never get this far. */
export type TreeEntry = FileEntry | DirectoryEntry | SymlinkEntry | FifoEntry;

/** A tree: path → entry, in byte order of the paths. A stage that changes one returns a new map. */
export type Rootfs = ReadonlyMap<string, TreeEntry>;

/** Compares two paths by the bytes of their UTF-8 form, the order of every tree and layer. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 order equals UTF-8 order unless surrogates are involved.
  if (!surrogate.test(a) && !surrogate.test(b)) return a < b ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
const surrogate = /[\ud800-\udfff]/;

/** A tree of these entries in byte order of their paths; of two entries with one path the later wins. */
export function toRootfs(entries: Iterable<TreeEntry>): Rootfs {
  const byPath = new Map<string, TreeEntry>();
  for (const entry of entries) byPath.set(entry.path, entry);
  return new Map([...byPath].sort(([a], [b]) => compareBytes(a, b)));
}

/** The folder of a path; `''` for one at the top. */
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** True when a folder above the path is one of those that `has` says yes to. The root is asked as `''`. */
export function isBelow(path: string, has: (folder: string) => boolean): boolean {
  for (let folder = path; folder !== '';) {
    folder = parentPath(folder);
    if (has(folder)) return true;
  }
  return false;
}
