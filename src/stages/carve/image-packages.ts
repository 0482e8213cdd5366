import type { InstalledPackage, PackageVersion } from '../../model/package.ts';
import { compareBytes } from '../../model/tree-entry.ts';
import type { PackageDatabase } from './databases/database.ts';

/** Key in this state of a package an image has: undefined when it is not installed any more. */
export function installedKey(state: PackageDatabase, item: PackageVersion): string | undefined {
  const key = state.keyOf(item);
  return state.packages.has(key) ? key : undefined;
}

/** Packages of a parent image by what became of them in the child's target root, as keys of this state. */
export interface Inherited {
  /** Still there in the same version, built with the same flags. */
  readonly same: readonly string[];
  /** Installed in another version, or with other flags. */
  readonly replaced: readonly string[];
  readonly removed: readonly PackageVersion[];
}

/** Compares the parent's packages with what is installed now. */
export function inheritedPackages(state: PackageDatabase, parent: readonly PackageVersion[]): Inherited {
  const same: string[] = [];
  const replaced: string[] = [];
  const removed: PackageVersion[] = [];
  for (const item of parent) {
    const key = installedKey(state, item);
    const now = key === undefined ? undefined : state.packages.get(key);
    if (key === undefined || now === undefined) removed.push(item);
    else (now.version === item.version && now.flags === item.flags ? same : replaced).push(key);
  }
  return { same, replaced, removed };
}

/** Lines of a package list for these keys, by name and architecture. */
export function packageVersions(state: PackageDatabase, keys: Iterable<string>): PackageVersion[] {
  const items = [...keys].flatMap((key) => state.packages.get(key) ?? []);
  const versions = items.map(toVersion);
  return versions.sort(
    (a, b) => compareBytes(a.name, b.name) || compareBytes(a.architecture, b.architecture),
  );
}

function toVersion({
  name,
  version,
  architecture,
  origin,
  licence,
  flags,
}: InstalledPackage): PackageVersion {
  return {
    ...{ name, version, architecture },
    ...(origin !== undefined && { origin }),
    ...(licence !== undefined && { licence }),
    ...(flags !== undefined && { flags }),
  };
}

/** The whole package list of an image: what it adds, and what is left of its parent's. */
export function packagesOfImage(image: {
  readonly state: PackageDatabase;
  readonly added: readonly PackageVersion[];
  readonly parent: readonly PackageVersion[];
}): PackageVersion[] {
  const added = image.added.flatMap((item) => installedKey(image.state, item) ?? []);
  return packageVersions(
    image.state,
    new Set([...added, ...inheritedPackages(image.state, image.parent).same]),
  );
}
