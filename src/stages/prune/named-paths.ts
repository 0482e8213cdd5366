import type { TreeFacts } from '../../model/file-facts.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import { readBytes } from '../rootfs/index.ts';

export interface NamedPathsSpec {
  /** The paths that are looked for. */
  readonly among: ReadonlySet<string>;
  /** What is searched: scripts, and configuration in `/etc`. */
  readonly kept: Rootfs;
  /** The whole image, to follow links of the names that are found. */
  readonly tree: Rootfs;
  readonly facts: TreeFacts;
}

const maxFileBytes = 1 << 16;
const maxTotalBytes = 1 << 26;

/** Configuration of services that are not there: who runs them names a script, not who reads this. */
const unread = /^etc\/(?:init\.d|init|rc[0-6S]\.d|cron\.[a-z]+|logrotate\.d|default)\//;
const comments = /^[ \t]*(?:#|;|\/\/).*$/gm;
const absolutePath = /(?:\/[\w.+@-]+)+/g;

/** Those of some paths that a kept script or configuration file names, in full, outside of comments. */
export async function namedPaths({ among, kept, tree, facts }: NamedPathsSpec): Promise<ReadonlySet<string>> {
  const names = new Set([...among].map(baseName));
  const named = new Set<string>();
  let left = maxTotalBytes;
  for (const entry of kept.values()) {
    if (entry.type !== 'file' || !isRead(entry, facts) || (left -= entry.size) < 0) continue;
    const text = (await readBytes(entry, maxFileBytes)).toString('latin1').replace(comments, '');
    for (const [found] of text.matchAll(absolutePath)) {
      if (!names.has(baseName(found))) continue;
      const target = resolvePath(tree, found);
      if (target.found && among.has(target.path)) named.add(target.path);
    }
  }
  return named;
}

function isRead({ path, size, content }: FileEntry, facts: TreeFacts): boolean {
  if (size > maxFileBytes || content.kind === 'parent') return false;
  return facts.get(path)?.shebang !== undefined || (path.startsWith('etc/') && !unread.test(path));
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
