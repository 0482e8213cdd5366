import { execFileSync, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { ElfFacts, TreeFacts } from '../../src/model/file-facts.ts';
import type { Rootfs } from '../../src/model/tree-entry.ts';
import { collectFacts, findNeeds, type Needs } from '../../src/stages/needs/index.ts';
import { watchedSymbols } from '../../src/stages/needs/watched-symbols.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { hostTree } from '../support/host-tree.ts';
import { requires } from '../support/requires.ts';

/** Enough to be sure, in seconds; spread over all there are. KUBLER_TEST_SAMPLE asks for more. */
const sampleSize = Number(process.env['KUBLER_TEST_SAMPLE'] ?? 400);

// What this machine's own programs and libraries need, as binutils and the loader of glibc see it.
requires('readelf')('programs and libraries of this machine', () => {
  let tree: Rootfs = new Map();
  let facts: TreeFacts = new Map();
  let needs: Needs = { of: () => [] };
  let sample: readonly (readonly [string, ElfFacts])[] = [];

  beforeAll(async () => {
    const top = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
    const folders = [...top, ...top.map((name) => `usr/${name}`), 'usr/libexec', 'usr/local/lib'];
    tree = hostTree([...folders, 'etc/ld.so.conf', 'etc/ld.so.conf.d'], '/', /\.so(?:\.|$)|^etc\//);
    facts = await collectFacts(tree);
    needs = findNeeds({ tree, facts });
    const shell = facts.get(realpathSync('/bin/sh').slice(1))?.elf;
    const alike = [...facts].flatMap(([path, { elf }]) =>
      elf && shell && isAlike(elf, shell) ? [[path, elf] as const] : [],
    );
    const step = Math.ceil(alike.length / sampleSize);
    sample = alike.filter((_, index) => index % step === 0);
  });

  it('load the libraries that the loader loads', () => {
    const loader = facts.get(realpathSync('/bin/sh').slice(1))?.elf?.interpreter ?? '';
    expect(sample.length).toBeGreaterThan(200);
    let compared = 0;
    for (const [path] of sample) {
      const ours = loadedByUs(needs, path);
      const theirs = [...loadedByLoader(loader, path)];
      // Folders of a package's own are an allowance of ours for what its programs do; below them nothing is the same.
      if (theirs.some(([, place]) => place === undefined)) {
        const missing = theirs.filter(([, place]) => place === undefined).map(([name]) => name);
        for (const name of missing) expect(privatelyFound(ours, name), `${path}: ${name}`).toBe(true);
        continue;
      }
      for (const [name, place] of theirs) expect([path, name, ours.get(name)]).toEqual([path, name, place]);
      compared += theirs.length;
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('have the needs, versions and imports that readelf shows', () => {
    const args = ['-dVW', '--dyn-syms', ...sample.map(([path]) => `/${path}`)];
    const text = execFileSync('readelf', args, { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
    const shown = new Map(
      text
        .toString('latin1')
        .split(/^File: \//m)
        .slice(1)
        .map((part) => [part.slice(0, part.indexOf('\n')), part]),
    );
    for (const [path, elf] of sample) {
      const { needed, soname, imports = [], versionsNeeded = [], versionsDefined } = elf;
      const ours = { needed, soname, imports, versionsNeeded, versionsDefined };
      expect([path, ours]).toEqual([path, readShown(shown.get(path) ?? '')]);
    }
  });

  it('are loaded with the versions they need', () => {
    const findings = prove({ tree, facts, config: {} });
    expect(findings.filter(({ code }) => code === 'elf-version')).toEqual([]);
  });
});

const isAlike = (elf: ElfFacts, shell: ElfFacts): boolean =>
  elf.needed.length > 0 &&
  elf.machine === shell.machine &&
  elf.class === shell.class &&
  (elf.interpreter ?? shell.interpreter) === shell.interpreter;

/** Name → place of the libraries that the loader would load; the loader itself and the kernel's are left out. */
function loadedByLoader(loader: string, path: string): ReadonlyMap<string, string | undefined> {
  const env = { LD_TRACE_LOADED_OBJECTS: '1' };
  const { stdout } = spawnSync(loader, [`/${path}`], { env, encoding: 'utf8' });
  const lines = stdout.matchAll(/^\t(?<name>\S+) => (?:not found|(?<place>.+) \(0x[0-9a-f]+\))$/gm);
  return new Map(
    [...lines].map(({ groups = {} }) => {
      const { name = '', place } = groups;
      return [name, place === undefined ? undefined : realpathSync(place).slice(1)];
    }),
  );
}

/** The same by the needs, of which the first of a name counts. */
function loadedByUs(needs: Needs, path: string): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const queue = new Set([path]);
  for (const each of queue) {
    for (const { kind, name, answer } of needs.of(each)) {
      if (kind !== 'library') continue;
      const place = answer.at(-1);
      if (place !== undefined) queue.add(place);
      if (!found.has(name)) found.set(name, place);
    }
  }
  return found;
}

const privatelyFound = (ours: ReadonlyMap<string, string | undefined>, name: string): boolean =>
  /^(?:usr\/)?lib(?:exec|\d+)?\/.+\/.+/.test(ours.get(name) ?? 'usr/lib/none/none');

/** What readelf shows of one file, in our form. */
function readShown(text: string) {
  const all = (pattern: RegExp): readonly string[] =>
    [...text.matchAll(pattern)].map(([, name = '']) => name);
  const [soname] = all(/\(SONAME\).*\[(.*)\]$/gm);
  const [needs = ''] = /^Version needs section[^]*/m.exec(text) ?? [];
  const [defines] = /^Version definition section[^]*?(?=^\S)/m.exec(text) ?? [];
  const imports = all(/ UND ([^@\s]+)/g).filter((name) => watchedSymbols.has(name));
  return {
    needed: all(/\(NEEDED\).*\[(.*)\]$/gm),
    ...{ soname, imports: [...new Set(imports)].sort() },
    versionsNeeded: needs
      .split(/^ +\w+: Version: \d+ +File: /m)
      .slice(1)
      .map(shownVersions),
    versionsDefined: defines === undefined ? undefined : namesIn(defines, /Flags: (?!BASE).*Name: (.*)$/gm),
  };
}

const namesIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name.trim());

function shownVersions(text: string): NonNullable<ElfFacts['versionsNeeded']>[number] {
  const weak = namesIn(text, /Name: (.*?) +Flags: WEAK/g);
  const versions = namesIn(text, /Name: (.*?) +Flags: none/g);
  return { file: /^\S+/.exec(text)?.[0] ?? '', versions, ...(weak.length > 0 && { weak }) };
}
