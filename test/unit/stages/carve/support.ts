import type { InstalledPackage } from '../../../../src/model/package.ts';
import { toRootfs, type Rootfs, type TreeEntry } from '../../../../src/model/tree-entry.ts';
import type { Accounts } from '../../../../src/stages/carve/index.ts';
import type { PackageDatabase } from '../../../../src/stages/carve/index.ts';
import { parseDpkgState } from '../../../../src/stages/carve/databases/dpkg.ts';
import type { ListedEntry, Listing } from '../../../../src/stages/rootfs/index.ts';

/**
 * A listing from lines `TYPE PATH [-> TARGET] [#VERSION]`; the version stands for content and times. Folders that are
 * not given are added.
 */
export function makeListing(lines: readonly string[]): Listing {
  const entries = new Map<string, ListedEntry>();
  for (const line of lines) {
    const [, type = '', path = '', target = '', version = '0'] =
      /^(\S) (\S+)(?: -> (\S+))?(?: #(\d+))?$/.exec(line) ?? [];
    if (type === '') throw new Error(`bad line of a listing: ${line}`);
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (!entries.has(folder)) entries.set(folder, entry('d', '', '0'));
    }
    entries.set(path, entry(type, target, version));
  }
  return entries;
}

const entry = (type: string, target: string, version: string): ListedEntry => ({
  ...{ type, mode: type === 'd' ? 0o755 : 0o644, uid: 0, gid: 0, size: 1 },
  ...{ mtime: version, ctime: version, target },
});

export interface FakePackage {
  readonly files?: readonly string[];
  readonly depends?: string;
  readonly preDepends?: string;
  readonly provides?: string;
  readonly version?: string;
  readonly architecture?: string;
  readonly status?: string;
  readonly md5sums?: string;
}

/** dpkg's database with these packages; `name:arch` sets the architecture of the list files too. */
export function makeState(packages: Readonly<Record<string, FakePackage>>, diversions = ''): PackageDatabase {
  const status = Object.entries(packages).map(([key, item]) => makeStanza(key, item));
  const info = new Map<string, string>();
  for (const [key, item] of Object.entries(packages)) {
    info.set(`${key}.list`, ['/.', ...(item.files ?? [])].map((path) => `${path}\n`).join(''));
    if (item.md5sums !== undefined) info.set(`${key}.md5sums`, item.md5sums);
  }
  return parseDpkgState({ status: `${status.join('\n')}\n`, diversions, info });
}

/** A stanza of dpkg's status file. */
export function makeStanza(key: string, item: FakePackage): string {
  const [name, architecture = item.architecture ?? 'amd64'] = key.split(':');
  const fields = [
    `Package: ${name}`,
    `Status: ${item.status ?? 'install ok installed'}`,
    `Architecture: ${architecture}`,
    `Version: ${item.version ?? '1'}`,
    ...(item.provides === undefined ? [] : [`Provides: ${item.provides}`]),
    ...(item.depends === undefined ? [] : [`Depends: ${item.depends}`]),
    ...(item.preDepends === undefined ? [] : [`Pre-Depends: ${item.preDepends}`]),
    `Description: about ${name}\n more words\n .\n the end`,
  ];
  return `${fields.join('\n')}\n`;
}

export const installed = (state: PackageDatabase, key: string): InstalledPackage => {
  const item = state.packages.get(key);
  if (!item) throw new Error(`no package ${key}`);
  return item;
};

export const noAccounts: Accounts = { passwd: '', group: '', shadow: '', gshadow: '' };

/** A tree from lines `TYPE PATH [UID:GID]`. */
export function makeRootfs(lines: readonly string[]): Rootfs {
  return toRootfs(
    lines.map((line): TreeEntry => {
      const [type, path = '', owner = '0:0'] = line.split(' ');
      const [uid = 0, gid = 0] = owner.split(':').map(Number);
      const meta = { path, uid, gid, mode: type === 'd' ? 0o755 : 0o644, mtime: 7, xattrs: new Map() };
      if (type === 'd') return { type: 'directory', ...meta };
      const content = { kind: 'bytes', bytes: new Uint8Array() } as const;
      return { type: 'file', ...meta, size: 0, sha256: 'e3b0', content };
    }),
  );
}
