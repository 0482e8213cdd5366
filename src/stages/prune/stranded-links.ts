import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, type Rootfs, type SymlinkEntry } from '../../model/tree-entry.ts';
import { isVolatile } from '../../model/volatile-path.ts';

interface StrandedLinks {
  readonly tree: Rootfs;
  readonly links: readonly SymlinkEntry[];
  readonly removed: ReadonlyMap<string, string>;
}

/** Links that led somewhere in the whole tree and lead nowhere without the removed paths, with the rule they go by. */
export function strandedLinks({ tree, links, removed }: StrandedLinks): ReadonlyMap<string, string> {
  const rest: Rootfs = new Map([...tree].filter(([path]) => !removed.has(path)));
  const stranded = new Map<string, string>();
  for (const link of links) {
    if (removed.has(link.path)) continue;
    const now = resolvePath(rest, link.path);
    if (now.found || isVolatile(now.at) || !resolvePath(tree, link.path).found) continue;
    stranded.set(link.path, isAlternative(link) ? 'alternatives' : 'links');
  }
  return stranded;
}

/** True for a link of update-alternatives(1): one in its folder, or one that leads there. */
function isAlternative(link: SymlinkEntry): boolean {
  return parentPath(link.path) === 'etc/alternatives' || /(?:^|\/)etc\/alternatives\//.test(link.target);
}
