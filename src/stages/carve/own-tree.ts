import type { PackageVersion } from '../../model/package.ts';
import { matchesAny } from '../../model/glob.ts';
import type { FileEntry, Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { readBytes } from '../rootfs/index.ts';
import type { DatabaseFormat, PackageDatabase } from './databases/database.ts';
import { databaseFormats } from './databases/table.ts';
import { packageVersions } from './image-packages.ts';
import { ownership } from './ownership.ts';
import { pathResolver } from './resolve-paths.ts';

/** A tree with what its own package database says of it. */
export interface OwnedTree {
  /** Every path that a package installed has that as its origin. */
  readonly rootfs: Rootfs;
  readonly packages: readonly PackageVersion[];
  /** All paths that packages in it came with, and which, those that are gone included; undefined without a database. */
  readonly shipped: ReadonlyMap<string, string> | undefined;
}

const maxFileBytes = 64 * 2 ** 20;
const maxBytes = 256 * 2 ** 20;

/**
 * Says whose the files of a foreign tree are, by the database of whichever package manager has one there. Its files are
 * read, up to 64 MiB each and 256 MiB together; what is beyond counts as not there.
 */
export async function ownTree(rootfs: Rootfs): Promise<OwnedTree> {
  const format = databaseFormats.find(({ path }) => rootfs.has(path));
  if (!format) return { rootfs, packages: [], shipped: undefined };
  const database = format.parse(await readFiles(rootfs, format));
  const owners = allOwners(rootfs, database);
  const owned = [...rootfs].map(([path, entry]): [string, TreeEntry] => {
    const name = owners.get(path);
    return [path, name === undefined ? entry : { ...entry, origin: { kind: 'package', name } }];
  });
  return {
    rootfs: new Map(owned),
    packages: packageVersions(database, database.packages.keys()),
    shipped: owners,
  };
}

function allOwners(rootfs: Rootfs, database: PackageDatabase): ReadonlyMap<string, string> {
  const links = {
    get: (path: string) => {
      const entry = rootfs.get(path);
      return entry?.type === 'symlink' ? { type: 'l', target: entry.target } : undefined;
    },
  };
  return ownership(database, new Set(database.files.keys()), pathResolver(links)).kept;
}

/** `/path` → text of the files of a database, without checksums, which say nothing of who owns what. */
async function readFiles(rootfs: Rootfs, { patterns }: DatabaseFormat): Promise<ReadonlyMap<string, string>> {
  const matches = matchesAny(patterns.filter((pattern) => !pattern.endsWith('.md5sums')));
  const isWanted = (entry: FileEntry): boolean =>
    matches(entry.path) && entry.size <= maxFileBytes && entry.content.kind !== 'parent';
  const files = new Map<string, string>();
  let room = maxBytes;
  for (const entry of rootfs.values()) {
    if (entry.type !== 'file' || !isWanted(entry) || entry.size > room) continue;
    room -= entry.size;
    files.set(`/${entry.path}`, (await readBytes(entry, maxFileBytes)).toString());
  }
  return files;
}
