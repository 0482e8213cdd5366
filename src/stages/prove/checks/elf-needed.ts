import type { ElfFacts } from '../../../model/file-facts.ts';
import type { Rootfs } from '../../../model/tree-entry.ts';
import { otherCLibrary } from '../../needs/index.ts';
import { envValue } from '../../../oci/env-value.ts';
import { expandFolders, type Found } from '../../needs/index.ts';
import { privateLibraries } from '../../needs/index.ts';
import type { Check, Subject } from './check.ts';

/** The shared libraries every program and library names. */
export const elfNeededCheck: Check = {
  code: 'elf-needed',
  explanation:
    'Every shared library that a program or library names (DT_NEEDED) is where its loader looks: RPATH, ' +
    'LD_LIBRARY_PATH, RUNPATH, ld.so.conf and the default folders, for the same processor.',
  *run(subject) {
    const { tree, facts, libraries, severityOf } = subject;
    const inherited = inheritedFolders(subject);
    const findPrivate = privateLibraries(tree, facts);
    for (const [path, { elf }] of facts) {
      if (!elf || elf.needed.length === 0 || !tree.has(path)) continue;
      const folders = [...searchFolders(subject, path, elf), ...(inherited.get(path) ?? [])];
      for (const name of missable(elf, libraries)) {
        const found = name.includes('/')
          ? findByPath(subject, path, elf, name)
          : libraries.find(name, elf, folders);
        if (found.path !== undefined || findPrivate(path, elf, name)) continue;
        const message =
          found.otherKind === undefined
            ? notFound(name, tree, elf)
            : `needs ${name}, and /${found.otherKind} is not a library for the same processor`;
        const severity = severityOf(path, elf);
        yield { severity, subject: `/${path}`, message, lacks: { kind: 'library', name } };
      }
    }
  },
};

function notFound(name: string, tree: Rootfs, elf: ElfFacts): string {
  const reason = name.startsWith('libc.') ? otherCLibrary(tree, elf) : undefined;
  return `needs ${name}, which no folder of the library path holds${reason === undefined ? '' : `: ${reason}`}`;
}

/** A name with a slash is a path, in which `$ORIGIN` may stand. */
function findByPath({ libraries }: Subject, path: string, elf: ElfFacts, name: string): Found {
  const [library = name] = expandFolders([name], path, elf);
  return libraries.find(library, elf, ['']);
}

/** Folders in the order of ld.so(8), "Description". */
function searchFolders({ libraries, config }: Subject, path: string, elf: ElfFacts): readonly string[] {
  const early = elf.runpath.length === 0 ? elf.rpath : [];
  return [
    ...expandFolders(early, path, elf),
    ...(envValue(config, 'LD_LIBRARY_PATH')?.split(/[:;]/).filter(Boolean) ?? []),
    ...expandFolders(elf.runpath, path, elf),
    ...libraries.commonFolders(elf),
  ];
}

/** Names musl's loader answers itself (`reserved` in its `dynlink.c`). */
const muslOwn = /^lib(?:c|pthread|rt|m|dl|util|xnet)\./;
const missable = (elf: ElfFacts, { isMusl }: Subject['libraries']): readonly string[] =>
  isMusl(elf) ? elf.needed.filter((name) => !muslOwn.test(name)) : elf.needed;

/**
 * What an object hands down to what it loads: the RPATH where there is no RUNPATH; with musl whichever counts, RUNPATH if there
 * are both (`fixup_rpath` in its `dynlink.c`).
 */
function handedDown(elf: ElfFacts, { isMusl }: Subject['libraries']): readonly string[] {
  if (elf.runpath.length === 0) return elf.rpath;
  return isMusl(elf) ? elf.runpath : [];
}

/** Path of a library → folders that what loads it hands down. */
function inheritedFolders(subject: Subject): ReadonlyMap<string, ReadonlySet<string>> {
  const inherited = new Map<string, Set<string>>();
  for (const [path, { elf }] of subject.facts) {
    const own = elf ? handedDown(elf, subject.libraries) : [];
    if (!elf || own.length === 0) continue;
    const folders = expandFolders(own, path, elf);
    const pending = [path];
    const visited = new Set(pending);
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      const needed = subject.facts.get(at)?.elf;
      if (!needed) continue;
      const reach = [...folders, ...searchFolders(subject, at, needed)];
      for (const name of needed.needed) {
        const found = subject.libraries.find(name, needed, reach).path;
        if (found === undefined || visited.has(found)) continue;
        visited.add(found);
        pending.push(found);
        const known = inherited.get(found) ?? new Set();
        inherited.set(found, known);
        for (const folder of folders) known.add(folder);
      }
    }
  }
  return inherited;
}
