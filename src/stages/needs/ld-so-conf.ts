import type { TreeFacts } from '../../model/file-facts.ts';
import { matchesAny } from '../../model/glob.ts';
import { parentPath } from '../../model/tree-entry.ts';

/**
 * Folders named by `/etc/ld.so.conf` and the files it includes, absolute, in the order of ldconfig(8): first mention
 * counts. `#` starts a comment; names are separated by blanks, commas or colons.
 */
export function configuredFolders(facts: TreeFacts): readonly string[] {
  return [...new Set(foldersOf('etc/ld.so.conf', facts, new Set()))];
}

function foldersOf(file: string, facts: TreeFacts, read: Set<string>): readonly string[] {
  if (read.has(file)) return [];
  read.add(file);
  const lines = (facts.get(file)?.text ?? '').split('\n');
  return lines.flatMap((line) => {
    const words = line.replace(/#.*/, '').split(/[\s,:]+/);
    const [keyword, ...globs] = words.filter(Boolean);
    if (keyword === 'include') {
      const files = globs.flatMap((glob) => included(glob, parentPath(file), facts));
      return files.flatMap((each) => foldersOf(each, facts, read));
    }
    // What follows `=` was the C library they are for, before there was only one.
    return words
      .filter((word) => word.startsWith('/'))
      .map((word) => word.replace(/(?:(?<=.)\/+)?(?:=.*)?$/, ''));
  });
}

/** What include lines look like; anything more elaborate could keep a matcher busy. */
const plainGlob = /^[\w.+/-]*(?:[*?][\w.+/-]*){0,3}$/;

/** Files that an `include` line names, in byte order; relative names are in the folder of the file that has it. */
function included(glob: string, folder: string, facts: TreeFacts): readonly string[] {
  if (!plainGlob.test(glob)) return [];
  const matches = matchesAny([glob.startsWith('/') ? glob : `${folder}/${glob}`]);
  return [...facts.keys()].filter((path) => facts.get(path)?.text !== undefined && matches(path)).sort();
}
