import type { Receipt } from './receipt.ts';
import type { Rootfs, TreeEntry } from './tree-entry.ts';

const maxExamples = 10;

/**
 * One receipt for each reason by which something but folders was removed, in the order of the tree. `files` counts names
 * that are gone (folders are none); `bytes` counts content that is gone: that of a hard-linked file once, and only if no
 * name of it is left.
 * @param removed path → name of the rule, or whatever made it go
 */
export function countRemoved(tree: Rootfs, removed: ReadonlyMap<string, string>): readonly Receipt[] {
  const counted = new Set<number>();
  for (const [path, entry] of tree) {
    if (entry.type === 'file' && entry.inode !== undefined && !removed.has(path)) counted.add(entry.inode);
  }
  const receipts = new Map<string, { rule: string; files: number; bytes: number; examples: string[] }>();
  for (const [path, entry] of tree) {
    const rule = removed.get(path);
    if (rule === undefined || entry.type === 'directory') continue;
    const receipt = receipts.get(rule) ?? { rule, files: 0, bytes: 0, examples: [] };
    receipts.set(rule, receipt);
    receipt.files += 1;
    receipt.bytes += newBytes(entry, counted);
    if (receipt.examples.length < maxExamples) receipt.examples.push(`/${path}`);
  }
  return [...receipts.values()];
}

/** Files (all entries but folders) and bytes of a tree, counted as receipts count. */
export function countTree(tree: Rootfs): { readonly files: number; readonly bytes: number } {
  const counted = new Set<number>();
  let files = 0;
  let bytes = 0;
  for (const entry of tree.values()) {
    if (entry.type !== 'directory') files += 1;
    bytes += newBytes(entry, counted);
  }
  return { files, bytes };
}

function newBytes(entry: TreeEntry, counted: Set<number>): number {
  if (entry.type !== 'file') return 0;
  if (entry.inode === undefined) return entry.size;
  if (counted.has(entry.inode)) return 0;
  counted.add(entry.inode);
  return entry.size;
}
