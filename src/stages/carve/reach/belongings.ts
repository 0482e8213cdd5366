import type { TreeFacts } from '../../../model/file-facts.ts';
import { resolvePath } from '../../../model/resolve-path.ts';
import { isBelow, type Reason, type Rootfs, type TreeEntry } from '../../../model/tree-entry.ts';
import { isVolatile } from '../../../model/volatile-path.ts';
import { withParents } from '../path-sets.ts';

const isLicence = (path: string): boolean =>
  /^usr\/(?:local\/)?share\/(?:doc|licenses|common-licenses)\//.test(path);

/** Where programs expect the folders of their packages, empty or not. */
const runsIn = /^(?:etc|home|opt|run|srv|var)\//;

/** The package that brought an entry; undefined for what was made. */
export const packageOf = ({ origin }: TreeEntry): string | undefined =>
  origin?.kind === 'package' ? origin.name : undefined;

export interface BelongingsOptions {
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  /** What has been reached so far. */
  readonly reached: ReadonlyMap<string, Reason>;
  /** Package → the one that pulled it in; undefined for one that was asked for. */
  readonly pulledBy: ReadonlyMap<string, string | undefined>;
}

/**
 * What comes with the packages that some files were reached of: their configuration, their licences, and the folders
 * they expect. Programs and scripts in `/etc` do not: they must be reached themselves.
 */
export function belongings(options: BelongingsOptions): ReadonlyMap<string, Reason> {
  const { rootfs, facts, reached } = options;
  const packages = configuredPackages(options);
  const found = new Map<string, Reason>();
  for (const entry of rootfs.values()) {
    const { path, type } = entry;
    const owner = packageOf(entry);
    if (owner === undefined || !packages.has(owner) || reached.has(path)) continue;
    if (isLicence(path) && type !== 'directory') found.set(path, { how: `licence of ${owner}` });
    else if (
      type === 'directory' ? runsIn.test(path) && !ofOthers.test(`${path}/`) : isConfiguration(entry, facts)
    )
      found.set(path, { how: `configuration of ${owner}` });
  }
  for (const [path, reason] of sharedLicences(rootfs, found)) found.set(path, reason);
  return found;
}

/**
 * Packages that some file was reached of, those that were asked for, and those that one of these pulled in for nothing
 * but configuration, such as `nginx-common`.
 */
function configuredPackages({ rootfs, facts, reached, pulledBy }: BelongingsOptions): ReadonlySet<string> {
  const ownersOf = (isMeant: (entry: TreeEntry) => boolean): ReadonlySet<string> =>
    new Set([...rootfs.values()].filter(isMeant).flatMap((entry) => packageOf(entry) ?? []));
  const packages = new Set(ownersOf((entry) => reached.has(entry.path) && isOwnWork(entry)));
  for (const [name, by] of pulledBy) if (by === undefined) packages.add(name);
  const withConfiguration = ownersOf((entry) => isConfiguration(entry, facts));
  const withPrograms = ownersOf(
    ({ path, type, mode }) => type === 'file' && (mode & 0o111) !== 0 && !path.startsWith('etc/'),
  );
  const isOnlyConfiguration = (name: string): boolean =>
    withConfiguration.has(name) && !withPrograms.has(name);
  for (const [name, by] of pulledBy) {
    if (by !== undefined && packages.has(by) && isOnlyConfiguration(name)) packages.add(name);
  }
  return packages;
}

/** Licences and configuration make no package reached. */
const isOwnWork = ({ path, type }: TreeEntry): boolean =>
  type !== 'directory' && !isLicence(path) && !path.startsWith('etc/');

/** What others read, who are not there: init systems, cron, logrotate, firewalls. Who has them names it in REACH. */
const ofOthers =
  /^etc\/(?:apparmor\.d|bash_completion\.d|cron\.[a-z]+|default|init|init\.d|insserv.*|logrotate\.d|rc[0-6S]\.d|systemd|udev|ufw)\//;

function isConfiguration({ path, type }: TreeEntry, facts: TreeFacts): boolean {
  const { elf, shebang } = facts.get(path) ?? {};
  if (!path.startsWith('etc/') || ofOthers.test(path)) return false;
  return type === 'file' && !elf && shebang === undefined;
}

/** A package's folder of documentation may be a link to that of another one, whose licence is meant for both. */
function sharedLicences(rootfs: Rootfs, found: ReadonlyMap<string, Reason>): ReadonlyMap<string, Reason> {
  const folders = new Map<string, Reason>();
  for (const [path, reason] of found) {
    const target = rootfs.get(path)?.type === 'symlink' ? resolvePath(rootfs, path) : undefined;
    if (target?.found && isLicence(`${target.path}/`)) folders.set(target.path, reason);
  }
  const shared = new Map<string, Reason>();
  for (const { path, type } of rootfs.values()) {
    if (type === 'directory' || !isLicence(path)) continue;
    isBelow(path, (folder) => {
      const reason = folders.get(folder);
      if (reason) shared.set(path, reason);
      return reason !== undefined;
    });
  }
  return shared;
}

export interface LooseLinksOptions {
  readonly rootfs: Rootfs;
  readonly tree: Rootfs;
  readonly kept: ReadonlyMap<string, Reason>;
}

/**
 * Links that go where they lead: those that scripts and hooks made (alternatives, enabled sites, a merged `/usr`…), and
 * those in `/etc`. One that leads to another of them goes with that one.
 */
export function looseLinks({ rootfs, tree, kept }: LooseLinksOptions): ReadonlyMap<string, Reason> {
  const found = new Map<string, Reason>();
  const folders = withParents(kept.keys());
  const isThere = (path: string): boolean => folders.has(path) || (tree.has(path) && !rootfs.has(path));
  for (const entry of rootfs.values()) {
    const { path, type } = entry;
    const isLoose = packageOf(entry) === undefined || path.startsWith('etc/');
    if (type !== 'symlink' || !isLoose || kept.has(path)) continue;
    const end = resolvePath(tree, path);
    if (!end.found) {
      if (isVolatile(end.at) || packageOf(entry) === undefined) found.set(path, { how: 'made by the build' });
    } else if (isThere(end.path)) {
      for (const link of end.links)
        if (!kept.has(link)) found.set(link, { from: end.path, how: 'leads to it' });
    }
  }
  return found;
}
