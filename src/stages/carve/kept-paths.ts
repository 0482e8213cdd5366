import { matchesAny } from '../../model/glob.ts';
import type { Changes, Listing } from '../rootfs/index.ts';
import { isGeneratedBy, mergedUsrLinks, skeleton } from './generated-files.ts';
import type { Ownership } from './ownership.ts';
import { withParents } from './path-sets.ts';
import type { PathResolver } from './resolve-paths.ts';

export interface KeptPathsInput {
  readonly listing: Listing;
  readonly changes: Changes;
  readonly owners: Ownership;
  /** Packages that are kept, for the files their scripts made in the base. */
  readonly packages: readonly string[];
  readonly resolver: PathResolver;
  /** Programs whose links go where they go. */
  readonly linkMakers: readonly string[];
  readonly never: (path: string, type: string) => boolean;
  readonly keep: readonly string[];
  /** Paths that the parent image has. */
  readonly inherited: ReadonlySet<string>;
}

/** Paths of a listing that carving by packages keeps, without the folders they are in; a parent's are among them. */
export function keptPaths(input: KeptPathsInput): Set<string> {
  const { listing, owners, never } = input;
  const kept = new Set<string>();
  const add = (path: string): void => {
    const type = listing.get(path)?.type;
    if (type !== undefined && !never(path, type)) kept.add(path);
  };
  for (const path of owners.kept.keys()) add(path);
  if (input.packages.length > 0) skeleton.forEach(add);
  const unowned = [...listing.keys()].filter((path) => !owners.kept.has(path) && !owners.others.has(path));
  const alternatives = unowned.filter((path) => isAlternative(path, input));
  madeFiles(unowned, new Set(alternatives), input).forEach(add);
  for (const path of forcedPaths(listing, input.keep)) kept.add(path);
  for (const path of alternatives) if (leadsToKept(path, kept, input)) add(path);
  for (const path of keptUsrLinks(kept, input)) add(path);
  return kept;
}

/** What appeared or changed, and what the base's scripts had made for kept packages. */
function madeFiles(
  unowned: readonly string[],
  alternatives: ReadonlySet<string>,
  input: KeptPathsInput,
): string[] {
  const isGenerated = isGeneratedBy(input.packages);
  const isMade = (path: string): boolean => input.changes.changed.has(path) || isGenerated(path);
  return unowned.filter((path) => !alternatives.has(path) && isMade(path));
}

const alternativesFolder = 'etc/alternatives/';

/** A link of update-alternatives(1), in its folder or into it, or to what makes links of its own. */
function isAlternative(path: string, { resolver, linkMakers }: KeptPathsInput): boolean {
  if (path.startsWith(alternativesFolder)) return true;
  const target = resolver.linkTarget(path);
  return target !== undefined && (target.startsWith(alternativesFolder) || linkMakers.includes(target));
}

function leadsToKept(
  path: string,
  kept: ReadonlySet<string>,
  { resolver, inherited }: KeptPathsInput,
): boolean {
  const target = resolver.real(path);
  return target !== undefined && (kept.has(target) || inherited.has(target));
}

function keptUsrLinks(kept: ReadonlySet<string>, { listing, resolver }: KeptPathsInput): string[] {
  const folders = withParents(kept);
  return mergedUsrLinks.filter((link) => {
    const target = resolver.real(link);
    return listing.get(link)?.type === 'l' && target !== undefined && folders.has(target);
  });
}

/** Kernel file systems and Kubler's mounts stay out even against `KEEP`; so do sockets and devices. */
const unkeepable = /^(?:dev|proc|sys|\.kubler[^/]*)(?:\/|$)/;

/** Paths that `KEEP` names, and what is below them. */
export function forcedPaths(listing: Listing, keep: readonly string[]): string[] {
  if (keep.length === 0) return [];
  const isNamed = matchesAny(keep.flatMap((glob) => [glob, `${glob.replace(/\/+$/, '')}/**`]));
  return [...listing]
    .filter(([path, { type }]) => 'fdlp'.includes(type) && !unkeepable.test(path) && isNamed(path))
    .map(([path]) => path);
}
