import type { InstalledPackage } from '../../../model/package.ts';
import type { DatabaseFormat, PackageDatabase } from './database.ts';

const mergedPath = '/usr/lib/apk/db/installed';

/** apk's database: apk-v2(5), "Installed database format". */
export const apk: DatabaseFormat = {
  path: 'lib/apk/db/installed',
  wholePath: 'etc/apk/world',
  // Where /lib is a link, both are the same file.
  patterns: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  stateFolders: ['etc/apk', 'lib/apk', 'usr/lib/apk', 'var/cache/apk', 'var/lib/apk'],
  statePaths: ['etc/apk', 'lib/apk', 'usr/lib/apk', 'var/cache/apk', 'var/lib/apk'],
  // Its applets are links that a script of its own makes.
  linkMakers: ['bin/busybox', 'usr/bin/busybox'],
  parse: (files) => {
    const merged = files.get(mergedPath);
    return parseApkDatabase(merged ?? files.get('/lib/apk/db/installed') ?? '', merged === undefined);
  },
};

/** Reads `installed`; `isApart`: /lib is a folder of its own. */
export function parseApkDatabase(text: string, isApart = true): PackageDatabase {
  const parsed = text.split('\n\n').flatMap((stanza) => parsePackage(stanza) ?? []);
  const packages = new Map(parsed.map(({ item }) => [item.name, item]));
  const scannerPath = isApart ? 'lib/apk/db/installed' : mergedPath.slice(1);
  return {
    format: apk,
    packages,
    files: new Map(parsed.map(({ item, files }) => [item.name, files])),
    diversions: [],
    keyOf: ({ name }) => name,
    nameOf: relationName,
    // Scanners know apk's own database, so they get what of it is true of the image.
    scannerFiles: (_, all) => new Map([[scannerPath, installedText(all, packages)]]),
    scannerPathsOf: () => [],
  };
}

const installedText = (keys: readonly string[], packages: ReadonlyMap<string, InstalledPackage>): string =>
  keys
    .flatMap((key) => packages.get(key)?.stanza ?? [])
    .map((stanza) => `${stanza}\n\n`)
    .join('');

interface Parsed {
  readonly item: InstalledPackage;
  readonly files: readonly string[];
}

function parsePackage(stanza: string): Parsed | undefined {
  const lines = stanza.split('\n').filter((line) => line[1] === ':');
  const field = (letter: string): string =>
    lines.find((line) => line.startsWith(`${letter}:`))?.slice(2) ?? '';
  const words = (letter: string): readonly string[] => field(letter).split(' ').filter(Boolean);
  const name = field('P');
  if (name === '') return undefined;
  const conditions = words('i')
    .filter((relation) => !relation.startsWith('!'))
    .map(relationName);
  const item: InstalledPackage = {
    ...{ name, version: field('V'), architecture: field('A') },
    ...(field('o') !== '' && field('o') !== name && { origin: field('o') }),
    ...(field('L') !== '' && { licence: field('L') }),
    provides: words('p').map(relationName),
    depends: words('D')
      .filter((relation) => !relation.startsWith('!'))
      .map((relation) => [relationName(relation)]),
    ...(conditions.length > 0 && { installIf: conditions }),
    stanza: lines.join('\n'),
  };
  return { item, files: parseFiles(lines) };
}

/** `F:` names a folder, `R:` a file in the last one. */
function parseFiles(lines: readonly string[]): readonly string[] {
  let folder = '';
  return lines.flatMap((line) => {
    const name = line.slice(2);
    if (line.startsWith('F:')) folder = name;
    else if (!line.startsWith('R:')) return [];
    const path = line.startsWith('F:') || folder === '' ? name : `${folder}/${name}`;
    return path === '' ? [] : [path];
  });
}

/** `so:libz.so.1=1.2`, `jq>1.6`, `jq@edge` → the name; apk-package(5), "Dependency format". */
const relationName = (relation: string): string => relation.replace(/[<>=~@].*$/s, '');
