import { createHash } from 'node:crypto';
import type { PackageVersion } from '../../model/package.ts';
import { compareBytes, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import type { PackageDatabase } from './databases/database.ts';
import { installedKey } from './image-packages.ts';
import { withParents } from './path-sets.ts';

export interface ScannerDataOptions {
  readonly state: PackageDatabase;
  /** What the image adds. */
  readonly packages: readonly PackageVersion[];
  /** What it has, its parents' included. */
  readonly all: readonly PackageVersion[];
  /** The image's own tree, pruned. */
  readonly rootfs: Rootfs;
  /** Seconds since 1970: the date of these files. */
  readonly epoch: number;
}

/**
 * The files by which scanners know what is in the image. Nothing when the tree has the package manager's own database, which
 * says the same.
 */
export function scannerData(options: ScannerDataOptions): TreeEntry[] {
  const { state, packages, all, rootfs, epoch } = options;
  if (packages.length === 0 || rootfs.has(state.format.wholePath)) return [];
  const keys = (items: readonly PackageVersion[]): string[] =>
    items.flatMap((item) => installedKey(state, item) ?? []);
  const texts = state.scannerFiles(keys(packages), keys(all));
  const folders = [...withParents(texts.keys())].filter((path) => !texts.has(path) && !rootfs.has(path));
  return [
    ...folders.sort(compareBytes).map((path) => folder(path, epoch)),
    ...[...texts].map(([path, text]) => textFile(path, text, epoch)),
  ];
}

const meta = { uid: 0, gid: 0, xattrs: new Map<string, Uint8Array>(), origin: { kind: 'kubler' } } as const;

function folder(path: string, epoch: number): TreeEntry {
  return { type: 'directory', path, mode: 0o755, mtime: epoch, ...meta };
}

function textFile(path: string, text: string, epoch: number): TreeEntry {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const content = { kind: 'bytes', bytes } as const;
  return { type: 'file', path, mode: 0o644, mtime: epoch, ...meta, size: bytes.length, sha256, content };
}
