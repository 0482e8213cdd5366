import { parseStanza, splitStanzas } from '../../../model/deb822.ts';
import type { InstalledPackage, PackageVersion } from '../../../model/package.ts';
import type { DatabaseFormat, Diversion, PackageDatabase } from './database.ts';
import { parseRelations } from './relations.ts';

const infoFolder = '/var/lib/dpkg/info/';

/** dpkg's database: dpkg(1), deb-substvars(5). */
export const dpkg: DatabaseFormat = {
  path: 'var/lib/dpkg/status',
  wholePath: 'var/lib/dpkg/status',
  patterns: [
    'var/lib/dpkg/diversions',
    'var/lib/dpkg/info/*.list',
    'var/lib/dpkg/info/*.md5sums',
    'var/lib/dpkg/status',
  ],
  stateFolders: [
    'var/lib/dpkg',
    'var/lib/apt',
    'var/lib/ucf',
    'var/lib/systemd/deb-systemd-helper-enabled',
    'var/lib/systemd/deb-systemd-user-helper-enabled',
    'var/cache/debconf',
  ],
  statePaths: [],
  linkMakers: [],
  parse: (files) => {
    const inside = [...files].filter(([path]) => path.startsWith(infoFolder));
    return parseDpkgState({
      status: files.get('/var/lib/dpkg/status') ?? '',
      diversions: files.get('/var/lib/dpkg/diversions') ?? '',
      info: new Map(inside.map(([path, text]) => [path.slice(infoFolder.length), text])),
    });
  },
};

export interface DpkgFiles {
  /** Text of `/var/lib/dpkg/status`. */
  readonly status: string;
  /** Text of `/var/lib/dpkg/diversions`. */
  readonly diversions: string;
  /** File name in `/var/lib/dpkg/info` → text, for `*.list` and `*.md5sums`. */
  readonly info: ReadonlyMap<string, string>;
}

/**
 * Reads dpkg's database; stanzas of packages that are not installed are left out. Packages are keyed as dpkg prints
 * them: by name, with `:architecture` only when foreign.
 */
export function parseDpkgState(files: DpkgFiles): PackageDatabase {
  const installed = splitStanzas(files.status)
    .map(parseInstalled)
    .filter((item) => item !== undefined);
  const native = nativeArchitecture(installed);
  const packages = new Map(installed.map((item) => [packageKey(native, item), item]));
  // dpkg has an architecture in the names of its files only for packages of `Multi-Arch: same`.
  const foreign = new Map(installed.map((item) => [item.name, packageKey(native, item)]));
  const keyOf = (name: string, architecture: string | undefined): string => {
    if (architecture !== undefined) return packageKey(native, { name, architecture });
    return packages.has(name) ? name : (foreign.get(name) ?? name);
  };
  const lists = new Map<string, readonly string[]>();
  const md5sums = new Map<string, string>();
  for (const [fileName, text] of files.info) {
    const [, name = '', architecture, kind] = infoName.exec(fileName) ?? [];
    if (kind === 'list') lists.set(keyOf(name, architecture), parseList(text));
    if (kind === 'md5sums') md5sums.set(keyOf(name, architecture), text);
  }
  return {
    format: dpkg,
    packages,
    files: lists,
    diversions: parseDiversions(files.diversions),
    keyOf: (item) => packageKey(native, item),
    // What apt takes: `name`, `name=version`, `name:architecture`, `name/suite`.
    nameOf: (spec) => spec.replace(/[=/].*$/s, '').replace(/:(any|native)$/, ''),
    scannerFiles: (added) => scannerFiles(added, packages, md5sums),
    scannerPathsOf: (item: PackageVersion) => scannerPaths(packageKey(native, item)),
  };
}

/**
 * Package data as distroless images have it, which Trivy, Syft, Grype and Clair read: the control fields of each
 * package, and its md5sums as shipped. Layout: distroless, `PACKAGE_METADATA.md`.
 */
function scannerFiles(
  keys: readonly string[],
  packages: ReadonlyMap<string, InstalledPackage>,
  md5sums: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const key of keys) {
    const stanza = packages.get(key)?.stanza;
    if (stanza === undefined) continue;
    const [stanzaPath, md5sumsPath] = scannerPaths(key);
    files.set(stanzaPath, controlFields(stanza));
    const sums = md5sums.get(key);
    if (sums) files.set(md5sumsPath, sums);
  }
  return files;
}

/** The two files that tell scanners of one package, by its key. */
const scannerPaths = (key: string): [stanza: string, md5sums: string] => [
  `var/lib/dpkg/status.d/${key}`,
  `var/lib/dpkg/status.d/${key}.md5sums`,
];

/** Fields that dpkg adds on this machine; the rest is the package's own control file. */
const stateFields =
  /^(?:Status|Config-Version|Conffiles|Triggers-Pending|Triggers-Awaited):.*\n(?:[ \t].*\n)*/gm;

const controlFields = (stanza: string): string => `${stanza}\n`.replace(stateFields, '');

/** Name of a package as dpkg prints it: with its architecture only where that is not the system's. */
function packageKey(
  native: string,
  { name, architecture }: { readonly name: string; readonly architecture: string },
): string {
  return architecture === native || architecture === 'all' ? name : `${name}:${architecture}`;
}

/** `libc6:amd64.list` or `tzdata.list` */
const infoName = /^([^:]+?)(?::([^:.]+))?\.(list|md5sums)$/;

/** States in which the files of a package are in place; dpkg(1), "package states". */
const presentStates = new Set([
  'installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
]);

function parseInstalled(stanza: string): InstalledPackage | undefined {
  const fields = parseStanza(stanza);
  const field = (name: string): string => fields.get(name) ?? '';
  if (field('package') === '' || !presentStates.has(field('status').split(/\s+/)[2] ?? '')) return undefined;
  return {
    name: field('package'),
    version: field('version'),
    architecture: field('architecture'),
    provides: parseRelations(fields.get('provides')).flat(),
    depends: [...parseRelations(fields.get('pre-depends')), ...parseRelations(fields.get('depends'))],
    stanza,
  };
}

/** dpkg's own architecture; without it that of most packages. */
function nativeArchitecture(packages: readonly InstalledPackage[]): string {
  const dpkg = packages.find(({ name }) => name === 'dpkg');
  if (dpkg) return dpkg.architecture;
  const counts = new Map<string, number>();
  for (const { architecture } of packages) counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  counts.delete('all');
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? 'all';
}

const relative = (path: string): string => path.replace(/^\/+/, '');

const parseList = (text: string): string[] =>
  text
    .split('\n')
    .map(relative)
    .filter((path) => path !== '' && path !== '.');

/** Three lines each: from, to, package. */
function parseDiversions(text: string): Diversion[] {
  const lines = text.split('\n');
  const diversions: Diversion[] = [];
  for (let index = 0; index + 2 < lines.length; index += 3) {
    const [from = '', to = '', by = ''] = lines.slice(index, index + 3);
    diversions.push({ from: relative(from), to: relative(to), by });
  }
  return diversions;
}
