import { compareVersions, splitName } from '../../../../model/portage-version.ts';
import type { InstalledPackage } from '../../../../model/package.ts';
import { compareBytes } from '../../../../model/tree-entry.ts';
import type { DatabaseFormat, PackageDatabase } from '../database.ts';
import { parseAtom, satisfies, type Candidate } from './atom.ts';
import { pathsOf, withoutTimes } from './contents.ts';
import { parseDependencies } from './dependencies.ts';
import { showUseFlags } from './use-flags.ts';

const databasePath = 'var/db/pkg';

/**
 * What of a package's folder scanners and people get: all that is the same whenever it is built. Left out are times, counters, the
 * environment of the build and the ebuild itself.
 */
const scannerFileNames = [
  ...['CATEGORY', 'CHOST', 'CONTENTS', 'DESCRIPTION', 'EAPI', 'HOMEPAGE', 'IUSE', 'KEYWORDS', 'LICENSE'],
  ...['PDEPEND', 'PF', 'PROVIDES', 'RDEPEND', 'REQUIRES', 'SIZE', 'SLOT', 'USE', 'repository'],
];

/** Written by the step that installs: names of USE_EXPAND, which the database does not have. */
const useExpandPath = `${databasePath}/.use-expand`;

/** Portage's database: a folder for each package, a file for each variable; portage(5), "/var/db/pkg". */
export const portage: DatabaseFormat = {
  path: databasePath,
  // It is never kept as it is: times and counters are in it.
  wholePath: `${databasePath}/.whole`,
  patterns: [useExpandPath, ...scannerFileNames.map((name) => `${databasePath}/*/*/${name}`)],
  stateFolders: [],
  statePaths: [],
  linkMakers: [],
  parse,
};

/** Variable → its value, of one package. */
type Variables = ReadonlyMap<string, string>;

interface Entry extends Candidate {
  /** Its folder below the database: `dev-libs/greet-1.0`. */
  readonly folder: string;
  readonly key: string;
  readonly variables: Variables;
}

function parse(files: ReadonlyMap<string, string>): PackageDatabase {
  const entries = readEntries(files);
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const groups = (files.get(`/${useExpandPath}`) ?? '').split(/\s+/).filter(Boolean);
  const find = (atom: string): string | undefined => findEntry(entries, atom)?.key;
  const filesOf = (key: string): [string, string][] => scannerFilesOf(byKey.get(key));
  return {
    format: portage,
    packages: new Map(entries.map((entry) => [entry.key, toPackage(entry, entries, groups, find)])),
    files: new Map(entries.map(({ key, variables }) => [key, pathsOf(variables.get('CONTENTS') ?? '')])),
    diversions: [],
    keyOf: ({ name }) => name,
    nameOf: (spec) => find(spec) ?? parseAtom(spec).name,
    scannerFiles: (added) => new Map(added.flatMap(filesOf).sort(([a], [b]) => compareBytes(a, b))),
    scannerPathsOf: ({ name, version }) => scannerPaths(`${name.replace(/:.*/, '')}-${version}`),
  };
}

const entryPath = /^\/var\/db\/pkg\/([^/]+\/[^/]+)\/([^/]+)$/;

function readEntries(files: ReadonlyMap<string, string>): Entry[] {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const [, folder = '', variable = ''] = entryPath.exec(path) ?? [];
    // One that Portage is at work with, or broke off, has a name that is no version's.
    if (!splitName(folder)) continue;
    const variables = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, variables.set(variable, text));
  }
  return [...folders].map(([folder, variables]) => toEntry(folder, variables));
}

function toEntry(folder: string, variables: Variables): Entry {
  const { name = folder, version = '' } = splitName(folder) ?? {};
  const slot = (variables.get('SLOT') ?? '0').trim().replace(/\/.*/s, '');
  return { name, version, slot, folder, key: slot === '0' ? name : `${name}:${slot}`, variables };
}

/** The newest installed package that is what an atom asks for. */
function findEntry(entries: readonly Entry[], text: string): Entry | undefined {
  const atom = parseAtom(text);
  return entries
    .filter((entry) => satisfies(entry, atom))
    .sort((a, b) => compareVersions(b.version, a.version))[0];
}

function toPackage(
  { key, version, variables }: Entry,
  entries: readonly Entry[],
  groups: readonly string[],
  find: (atom: string) => string | undefined,
): InstalledPackage {
  const value = (name: string): string => (variables.get(name) ?? '').trim().replace(/\s+/g, ' ');
  const runtime = parseDependencies(`${value('RDEPEND')} ${value('PDEPEND')}`);
  const [licence, origin, flags] = [
    value('LICENSE'),
    value('repository'),
    showUseFlags(value('IUSE'), value('USE'), groups),
  ];
  return {
    name: key,
    version,
    architecture: architectureOf(value('CHOST')),
    ...(origin !== '' && { origin }),
    ...(licence !== '' && { licence }),
    ...(flags !== '' && { flags }),
    provides: [],
    depends: [
      ...runtime.map((alternatives) => alternatives.flatMap((atom) => find(atom) ?? parseAtom(atom).name)),
      ...linkedTo(value('REQUIRES'), entries),
    ],
    stanza: '',
  };
}

/** Packages that have the libraries a package is linked to: `x86_64: libc.so.6 libm.so.6 arm: …`. Few ebuilds name the C library. */
function linkedTo(required: string, entries: readonly Entry[]): string[][] {
  if (required === '') return [];
  const wanted = new Set(required.split(' '));
  return entries.flatMap(({ key, variables }) => {
    const provided = (variables.get('PROVIDES') ?? '').split(/\s+/);
    return provided.some((name) => name !== '' && !name.endsWith(':') && wanted.has(name)) ? [[key]] : [];
  });
}

const architectures = new Map([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
]);

/** `x86_64-pc-linux-gnu` → `amd64`. */
function architectureOf(chost: string): string {
  const machine = chost.replace(/-.*/s, '');
  return architectures.get(machine) ?? (machine === '' ? 'all' : machine);
}

const scannerPaths = (folder: string): string[] =>
  scannerFileNames.map((name) => `${databasePath}/${folder}/${name}`);

function scannerFilesOf(entry: Entry | undefined): [path: string, text: string][] {
  if (!entry) return [];
  return scannerFileNames.flatMap((name) => {
    const text = entry.variables.get(name);
    if (text === undefined) return [];
    return [[`${databasePath}/${entry.folder}/${name}`, name === 'CONTENTS' ? withoutTimes(text) : text]];
  });
}
