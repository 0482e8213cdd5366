import { parentPath, type Rootfs } from '../../model/tree-entry.ts';
import { emptiedFolders } from './emptied-folders.ts';
import type { PruneResult } from './prune.ts';
import { strandedLinks } from './stranded-links.ts';
import { writeReceipts } from './write-receipts.ts';

export interface Removal {
  readonly tree: Rootfs;
  /** Path → name of the rule that wants it gone. A folder goes only if nothing stays in it. */
  readonly chosen: ReadonlyMap<string, string>;
  /** Paths that stay although a rule, or a lost target, says otherwise. */
  readonly stays: (path: string) => boolean;
}

/**
 * Removes the chosen paths, and then, until nothing changes: folders that are empty because of it, and links that
 * lead nowhere because of it. Folders and links that were empty or dangling before stay as they are.
 */
export function removePaths({ tree, chosen, stays }: Removal): Omit<PruneResult, 'heldBack'> {
  const removed = new Map([...chosen].filter(([path]) => tree.get(path)?.type !== 'directory'));
  const children = childrenByFolder(tree);
  const links = [...tree.values()].filter((entry) => entry.type === 'symlink');
  for (let before = -1; before !== removed.size;) {
    before = removed.size;
    for (const [path, rule] of emptiedFolders({ tree, chosen, stays, children, removed }))
      removed.set(path, rule);
    for (const [path, rule] of strandedLinks({ tree, links, removed }))
      if (!stays(path)) removed.set(path, rule);
  }
  const rootfs = new Map([...tree].filter(([path]) => !removed.has(path)));
  return { rootfs, receipts: writeReceipts(tree, removed) };
}

function childrenByFolder(tree: Rootfs): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const path of tree.keys()) {
    const folder = parentPath(path);
    const siblings = children.get(folder);
    if (siblings) siblings.push(path);
    else children.set(folder, [path]);
  }
  return children;
}
