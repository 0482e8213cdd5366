import type { InstalledPackage } from '../../model/package.ts';
import { parseStanza, splitStanzas } from '../../model/deb822.ts';
import { parseRelations } from './relations.ts';

/** A path that `dpkg-divert` moved aside: every package but `by` has its file at `to` instead. */
export interface Diversion {
  readonly from: string;
  readonly to: string;
  /** Name of the package that keeps `from`; `:` for a local diversion, which moves everyone's file. */
  readonly by: string;
}

/**
 * dpkg's database. Packages are keyed as dpkg prints them: by name, with `:architecture` only when foreign.
 * Paths are relative to the root, as the package shipped them (`lib/…` even where `/lib` is a link).
 */
export interface DpkgState {
  /** The architecture of this system, whose packages are keyed without it. */
  readonly architecture: string;
  readonly packages: ReadonlyMap<string, InstalledPackage>;
  /** Package → what it installed. Removed packages that left configuration behind are here too. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Package → its md5sums file, verbatim. */
  readonly md5sums: ReadonlyMap<string, string>;
  readonly diversions: readonly Diversion[];
}

export interface DpkgFiles {
  /** Text of `/var/lib/dpkg/status`. */
  readonly status: string;
  /** Text of `/var/lib/dpkg/diversions`. */
  readonly diversions: string;
  /** File name in `/var/lib/dpkg/info` → text, for `*.list` and `*.md5sums`. */
  readonly info: ReadonlyMap<string, string>;
}

/** Reads dpkg's database; stanzas of packages that are not installed are left out. */
export function parseDpkgState(files: DpkgFiles): DpkgState {
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
    architecture: native,
    packages,
    files: lists,
    md5sums,
    diversions: parseDiversions(files.diversions),
  };
}

/** Name of a package as dpkg prints it: with its architecture only where that is not the system's. */
export function packageKey(
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
    essential: field('essential') === 'yes',
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
