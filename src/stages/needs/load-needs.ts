import type { ElfFacts, TreeFacts } from '../../model/file-facts.ts';
import { matchesAny } from '../../model/glob.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { isMusl } from './c-library.ts';
import type { ElfNeeds } from './elf-needs.ts';
import { knownLoads, type KnownLoad } from './known-loads.ts';
import type { Need } from './need.ts';

/** What a program or library opens at run time, as far as that is known of it. */
export function loadNeeds(
  tree: Rootfs,
  facts: TreeFacts,
  { library }: ElfNeeds,
): (path: string, elf: ElfFacts) => readonly Need[] {
  const services = serviceLibraries(facts);
  const matching = matchingNeeds(tree);

  const needsOf = (load: KnownLoad, path: string, elf: ElfFacts): readonly Need[] => {
    const { importance, reason, libraries = [], globs = [] } = load;
    const common = { kind: 'load', reason, ...(importance && { importance }) } as const;
    const names = [...libraries, ...(load.services ?? []).flatMap((name) => services.get(name) ?? [])];
    return [
      ...names.map((name): Need => ({ ...common, name, ...library(path, elf, name) })),
      ...globs.flatMap((glob) => matching(load, fill(glob, load, path))),
    ];
  };
  const listed = (path: string, elf: ElfFacts): readonly Need[] =>
    (elf.dlopen ?? []).map(({ sonames, priority, feature }): Need => {
      const found = sonames.map((name) => ({ name, ...library(path, elf, name) }));
      const best = found.find(({ answer }) => answer.length > 0) ?? {
        name: sonames.join(' or '),
        answer: [],
        fault: notFound,
      };
      const reason = feature === undefined ? 'by its note' : `for ${feature}`;
      return {
        kind: 'load',
        ...best,
        reason,
        ...(priority !== 'required' && { importance: importanceOf[priority] }),
      };
    });
  return (path, elf) => [
    ...listed(path, elf),
    ...knownLoads.filter((load) => applies(load, path, elf)).flatMap((load) => needsOf(load, path, elf)),
  ];
}

const notFound = 'which no folder of the library path holds';
const importanceOf = { recommended: 'recommended', suggested: 'optional' } as const;

function applies({ imports = [], sonames, paths }: KnownLoad, path: string, elf: ElfFacts): boolean {
  const name = elf.soname ?? path.slice(path.lastIndexOf('/') + 1);
  return (
    // Musl's functions do it all themselves.
    (!isMusl(elf) && imports.some((each) => elf.imports?.includes(each) === true)) ||
    sonames?.test(name) === true ||
    paths?.test(path) === true
  );
}

/** A name from the tree stands for itself in a glob, whatever is in it. */
const fill = (glob: string, { paths }: KnownLoad, path: string): string => {
  const groups = paths?.exec(path)?.groups ?? {};
  return glob.replace(/\$<(\w+)>/g, (_, name: string) => (groups[name] ?? '').replace(/[^\w./-]/g, '\\$&'));
};

/** Answered by glibc itself since 2.34. */
const builtIn = new Set(['files', 'dns']);

/** Database of nsswitch.conf(5) → the libraries of its services. */
function serviceLibraries(facts: TreeFacts): ReadonlyMap<string, readonly string[]> {
  const lines = (facts.get('etc/nsswitch.conf')?.text ?? '').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [database, ...services] = line
        .replace(/#.*|\[[^\]]*\]/g, ' ')
        .split(/[:\s]+/)
        .filter(Boolean);
      const libraries = services.filter((name) => !builtIn.has(name)).map((name) => `libnss_${name}.so.2`);
      return database === undefined ? [] : [[database, libraries] as const];
    }),
  );
}

/** What of a tree a glob matches, but for folders, as one need; looked for once, as many files ask for the same. */
function matchingNeeds(tree: Rootfs): (load: KnownLoad, glob: string) => readonly Need[] {
  const names = [...tree.values()].filter(({ type }) => type !== 'directory').map(({ path }) => path);
  const known = new Map<string, readonly Need[]>();
  return ({ reason, importance }, glob) => {
    const key = [glob, importance, reason].join('\0');
    const common = { kind: 'load', reason, ...(importance && { importance }) } as const;
    const find = (): readonly Need[] => {
      const answer = names.filter(matchesAny([glob]));
      return answer.length === 0
        ? []
        : [{ ...common, name: `/${answer.length === 1 ? answer[0] : glob}`, answer }];
    };
    const needs = known.get(key) ?? find();
    known.set(key, needs);
    return needs;
  };
}
