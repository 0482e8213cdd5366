import type { TreeFacts } from '../../model/file-facts.ts';
import { matchesAny } from '../../model/glob.ts';

const maxIncludes = 1000;

/**
 * Folders named by `/etc/ld.so.conf` and the files it includes, absolute, in the order of ldconfig(8): first mention
 * counts. `#` starts a comment; names are separated by blanks, commas or colons.
 */
export function configuredFolders(facts: TreeFacts): readonly string[] {
  const folders = new Set<string>();
  const pending = ['etc/ld.so.conf'];
  const read = new Set<string>();
  for (let file = pending.shift(); file !== undefined && read.size < maxIncludes; file = pending.shift()) {
    if (read.has(file)) continue;
    read.add(file);
    for (const line of (facts.get(file)?.text ?? '').split('\n')) {
      const words = line.replace(/#.*/, '').split(/[\s,:]+/).filter(Boolean);
      if (words[0] === 'include') pending.push(...words.slice(1).flatMap((glob) => included(glob, facts)));
      else for (const word of words) if (word.startsWith('/')) folders.add(word.replace(/(?<=.)\/+$/, ''));
    }
  }
  return [...folders];
}

/** Files that an `include` line names, in byte order; relative to `/etc`. */
function included(glob: string, facts: TreeFacts): readonly string[] {
  const matches = matchesAny([glob.startsWith('/') ? glob : `etc/${glob}`]);
  return [...facts.keys()].filter((path) => facts.get(path)?.text !== undefined && matches(path)).sort();
}
