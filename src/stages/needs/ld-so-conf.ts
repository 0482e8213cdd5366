import type { TreeFacts } from '../../model/file-facts.ts';
import { matchesAny } from '../../model/glob.ts';
import { parentPath } from '../../model/tree-entry.ts';

/**
 * Folders named by `/etc/ld.so.conf` and the files it includes, absolute, in the order of ldconfig(8): first mention
 * counts. `#` starts a comment; names are separated by blanks, commas or colons.
 */
export function configuredFolders(facts: TreeFacts): readonly string[] {
  const texts = new Map(
    [...facts].flatMap(([path, { text }]) => (text === undefined ? [] : [[path, text] as const])),
  );
  return [...new Set(foldersOf('etc/ld.so.conf', texts, new Set()))];
}

/** Limits for trees made to exhaust us; real ones have a dozen files, one below the other. */
const maxFiles = 512;
const maxGlobs = 64;

function foldersOf(file: string, texts: ReadonlyMap<string, string>, read: Set<string>): readonly string[] {
  if (read.has(file) || read.size >= maxFiles) return [];
  read.add(file);
  let globsLeft = maxGlobs;
  const lines = (texts.get(file) ?? '').split('\n');
  return lines.flatMap((line) => {
    const words = line.replace(/#.*/, '').split(/[\s,:]+/);
    const [keyword, ...globs] = words.filter(Boolean);
    if (keyword === 'include') {
      globsLeft -= globs.length;
      if (globsLeft < 0) return [];
      const files = globs.flatMap((glob) => included(glob, parentPath(file), texts));
      return files.flatMap((each) => foldersOf(each, texts, read));
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
function included(glob: string, folder: string, texts: ReadonlyMap<string, string>): readonly string[] {
  if (!plainGlob.test(glob)) return [];
  const matches = matchesAny([glob.startsWith('/') ? glob : `${folder}/${glob}`]);
  return [...texts.keys()].filter(matches).sort();
}
