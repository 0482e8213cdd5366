import type { ElfFacts } from '../../../model/file-facts.ts';
import { cLibraryIn } from '../../needs/index.ts';
import type { Check, Subject } from './check.ts';

/** The versions of symbols that a program or library was linked to. */
export const elfVersionCheck: Check = {
  code: 'elf-version',
  explanation:
    'The libraries that a program or library is loaded with define the symbol versions it was linked to ' +
    '(`GLIBC_2.38`), unless it can do without (weak ones). Libraries that define none, and musl, take any.',
  *run(subject) {
    for (const [path, { elf }] of subject.facts) {
      if (!elf?.versionsNeeded || !subject.tree.has(path) || cLibraryIn(subject.tree, elf) === 'musl')
        continue;
      for (const { file, versions } of elf.versionsNeeded) {
        const library = findLoaded(subject, path, file);
        const fault = library && describeFault(versions, library);
        if (!library || fault === undefined) continue;
        yield {
          severity: subject.severityOf(path, elf),
          subject: `/${path}`,
          message: `needs ${fault.missing.join(' and ')} of ${file}, which /${library.path} does not define${fault.but}`,
          repair: describeRepair(subject, path, library.path),
        };
      }
    }
  },
};

/**
 * What the loader refuses. A library that defines no versions has what it has for any (`match_symbol` in glibc's
 * `dl-version.c`); but the loader stops where it finds none in a library that has no table of versions at all, not even
 * for what it needs itself (an assertion in `check_match`, `dl-lookup.c`).
 */
function describeFault(
  versions: readonly string[],
  { elf }: Loaded,
): { readonly missing: readonly string[]; readonly but: string } | undefined {
  const { versionsDefined: defined } = elf;
  if (!defined && elf.versionsNeeded) return undefined;
  const missing = versions.filter((version) => !defined?.includes(version));
  if (missing.length === 0) return undefined;
  return { missing, but: defined ? highestOf(missing, defined) : ': it has no versions' };
}

interface Loaded {
  readonly path: string;
  readonly elf: ElfFacts;
}

/**
 * What the loader takes for the file that a version is of: the first of all it loads that was asked for by this name,
 * or has it as its soname (glibc's `dl-version.c`, `find_needed`).
 */
function findLoaded({ facts, needs }: Subject, start: string, file: string): Loaded | undefined {
  const queue = new Set([start]);
  for (const path of queue) {
    for (const { kind, name, answer } of needs.of(path)) {
      const library = kind === 'library' ? answer.at(-1) : undefined;
      const elf = library === undefined ? undefined : facts.get(library)?.elf;
      if (library === undefined || !elf) continue;
      if (name === file || elf.soname === file) return { path: library, elf };
      queue.add(library);
    }
  }
  return undefined;
}

/** The highest version of the same name that there is: ` (it goes up to GLIBC_2.36)`. */
function highestOf([first = '']: readonly string[], defined: readonly string[]): string {
  const [name = ''] = /^.*?(?=\d[\d.]*$)/.exec(first) ?? [];
  const alike = defined.filter(
    (version) => name !== '' && /^[\d.]+$/.test(version.slice(name.length)) && version.startsWith(name),
  );
  const highest = alike.sort(new Intl.Collator('en', { numeric: true }).compare).at(-1);
  return highest === undefined ? '' : ` (it goes up to ${highest})`;
}

function describeRepair({ tree }: Subject, path: string, library: string): string {
  const origin = tree.get(library)?.origin;
  const newer = origin?.kind === 'package' ? `a newer package "${origin.name}"` : `a newer /${library}`;
  return `take ${newer}, or a build of /${path} for what is there`;
}
