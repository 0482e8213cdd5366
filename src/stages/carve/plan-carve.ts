import type { PackageVersion } from '../../model/package.ts';
import { compareBytes, parentPath } from '../../model/tree-entry.ts';
import { changedPaths, type Changes, type Listing } from '../rootfs/index.ts';
import { accountNames, accountPath } from '../../model/accounts.ts';
import { closure, packageLinks, type Closure } from './closure.ts';
import type { PackageDatabase } from './databases/database.ts';
import { inheritedPackages, packageVersions, type Inherited } from './image-packages.ts';
import { forcedPaths, keptPaths } from './kept-paths.ts';
import { neverKept, type NeverKept } from './never-kept.ts';
import { ownership, type Ownership } from './ownership.ts';
import { topmost, withParents } from './path-sets.ts';
import { pathResolver } from './resolve-paths.ts';

/** `packages`: what the asked-for packages need, and what was made. `whole`: the whole target root. */
export type CarveMode = 'packages' | 'whole';

/** What the image that a child extends has. */
export interface ParentImage {
  /** Every path of the parent image, its parents' included. */
  readonly paths: ReadonlySet<string>;
  /** Its whole package list. */
  readonly packages: readonly PackageVersion[];
  /** Keys of those that carving by reach left files out of. */
  readonly partial?: readonly string[];
}

export interface CarveOptions {
  readonly mode: CarveMode;
  readonly state: PackageDatabase;
  /** The target root where this image's build started: the pristine base, or where the parent's build ended. */
  readonly before: Listing;
  /** The target root now, after every hook. */
  readonly after: Listing;
  /** Packages asked for, as the package manager takes them. */
  readonly requested: readonly string[];
  /** Packages declared to be there already: they and what only they need stay out. */
  readonly provided: readonly string[];
  /** Globs of paths to keep whatever the rules say; a folder's glob keeps what is below it. */
  readonly keep: readonly string[];
  readonly parent?: ParentImage | undefined;
}

export interface CarvePlan {
  readonly mode: CarveMode;
  /** What the spool must hold, in byte order: this image's own paths, and the folders they are in. */
  readonly paths: readonly string[];
  /** Path → the package that installed it, for those of `paths` that have one. */
  readonly owners: ReadonlyMap<string, string>;
  /** All paths that packages of the target root came with. */
  readonly shipped: ReadonlyMap<string, string>;
  /** What this image adds: for a child, without what its parent has in the same version. */
  readonly packages: readonly PackageVersion[];
  /** Package → the one that pulled it in; undefined for one that was asked for. */
  readonly reasons: ReadonlyMap<string, string | undefined>;
  /** Package of the image, parents included → those that it depends on. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** Paths of the parent image that are gone, in byte order; of a folder that is gone, only itself. */
  readonly deleted: readonly string[];
  /** Sockets and devices that would be in the image if an image could have them; counted by type. */
  readonly unfit: { readonly sockets: number; readonly devices: number };
  /** The parent image has `etc/shadow`, so that this one must carry it on. */
  readonly inheritsShadow: boolean;
}

/**
 * Decides what of a target root becomes the image; `docs/carving.md` has the rules. Throws `PACKAGE_UNKNOWN` for
 * requested packages that are not installed, `LAYER_UNREPRESENTABLE` for a new name that is not UTF-8.
 */
export function planCarve(options: CarveOptions): CarvePlan {
  const { state, before, after, parent } = options;
  const changes = changedPaths(before, after);
  const inherited = inheritedPackages(state, parent?.packages ?? []);
  const needed = neededPackages(options, inherited);
  const resolver = pathResolver(after);
  const owners = ownership(state, new Set(needed.packages), resolver);
  // An image that carries its package database carries it on in its children.
  const isWhole = options.mode === 'whole' || parent?.paths.has(state.format.wholePath) === true;
  const never = neverKept(isWhole ? { stateFolders: [], statePaths: [] } : state.format);
  const kept =
    options.mode === 'whole'
      ? wholeRoot(options, never)
      : keptPaths({
          ...{ listing: after, changes, owners, resolver, never, keep: options.keep },
          linkMakers: state.format.linkMakers,
          ...{ packages: needed.packages, inherited: parent?.paths ?? new Set<string>() },
        });
  const paths = [...withParents(ownPaths(kept, changes, options, never))].sort(compareBytes);
  return {
    mode: options.mode,
    paths,
    owners: ownersOf(paths, owners),
    shipped: new Map([...owners.others, ...owners.kept]),
    packages: packageVersions(state, needed.packages),
    reasons: needed.reasons,
    links: packageLinks(state, needed, new Set([...needed.packages, ...inherited.same])),
    deleted: deletedPaths(options, changes, never, inherited),
    unfit: unfitPaths(options, changes, never),
    inheritsShadow: parent?.paths.has(accountPath('shadow')) ?? false,
  };
}

/**
 * The parent's packages are complete as they are: they are not walked again, so what the parent declared provided
 * stays out. One in a new version counts as asked for, since it may need more than before; one that was cut to what is
 * reached comes whole when something needs it.
 */
function neededPackages(
  { mode, state, requested, provided, parent }: CarveOptions,
  inherited: Inherited,
): Closure {
  if (mode === 'packages') {
    const wanted = [...requested, ...inherited.replaced];
    const partial = new Set(parent?.partial);
    if (partial.size === 0)
      return closure(state, { requested: wanted, provided: [...provided, ...inherited.same] });
    // What is complete may depend on what is not.
    const complete = new Set(inherited.same.filter((key) => !partial.has(key)));
    const { packages, reasons } = closure(state, { requested: wanted, provided });
    return {
      packages: packages.filter((key) => !complete.has(key)),
      reasons: new Map([...reasons].filter(([key]) => !complete.has(key))),
    };
  }
  const same = new Set(inherited.same);
  const packages = [...state.packages.keys()].filter((key) => !same.has(key)).sort(compareBytes);
  return { packages, reasons: new Map(packages.map((key) => [key, undefined])) };
}

function wholeRoot({ after, keep }: CarveOptions, never: NeverKept): Set<string> {
  const wanted = [...after].filter(([path, { type }]) => !never(path, type)).map(([path]) => path);
  return new Set([...wanted, ...forcedPaths(after, keep)]);
}

/** Of what is kept, what the parent image has not, or has otherwise; and always the account files, filtered later. */
function ownPaths(
  kept: ReadonlySet<string>,
  changes: Changes,
  options: CarveOptions,
  never: NeverKept,
): string[] {
  const { after, parent } = options;
  const accounts = accountNames.map(accountPath).filter((path) => after.has(path));
  if (parent === undefined) return [...kept, ...accounts];
  const added = [...kept].filter((path) => !parent.paths.has(path) || changes.changed.has(path));
  const altered = [...changes.changed].filter(
    (path) => parent.paths.has(path) && !never(path, after.get(path)?.type ?? ''),
  );
  return [...added, ...altered, ...accounts];
}

function ownersOf(paths: readonly string[], { kept, others }: Ownership): Map<string, string> {
  const owned = paths.map((path) => [path, kept.get(path) ?? others.get(path)] as const);
  return new Map(owned.flatMap(([path, owner]) => (owner === undefined ? [] : [[path, owner] as const])));
}

function unfitPaths(
  { mode, after }: CarveOptions,
  { changed }: Changes,
  never: NeverKept,
): CarvePlan['unfit'] {
  const candidates = mode === 'whole' ? after.keys() : changed;
  const types = [...candidates]
    .filter((path) => !never(path, 'f'))
    .map((path) => after.get(path)?.type ?? '');
  const count = (letters: string): number =>
    types.filter((type) => type !== '' && letters.includes(type)).length;
  return { sockets: count('s'), devices: count('bc') };
}

function deletedPaths(
  { parent, state, before, after }: CarveOptions,
  { deleted }: Changes,
  never: NeverKept,
  { removed }: Inherited,
): string[] {
  if (parent === undefined) return [];
  const gone = [...deleted].filter(
    (path) => parent.paths.has(path) && !never(path, before.get(path)?.type ?? ''),
  );
  // Below what is a file or a link now nothing shows through: no whiteout is needed.
  const covered = (path: string): boolean => (after.get(parentPath(path))?.type ?? 'd') !== 'd';
  const paths = topmost(new Set(gone)).filter((path) => !covered(path));
  const data = removed.flatMap((item) => state.scannerPathsOf(item)).filter((path) => parent.paths.has(path));
  return [...paths, ...data].sort(compareBytes);
}
