import type { PackageIndex } from './package-manager.ts';

/** What an update of the index changed, by the newest version of each package; sorted by name. */
export interface IndexChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly old: string; readonly new: string }[];
}

/** Compares the packages of two indexes of the same sources. */
export async function compareIndexes(before: PackageIndex, after: PackageIndex): Promise<IndexChanges> {
  if (before.digest === after.digest) return { added: [], removed: [], changed: [] };
  return compareVersions(await before.versions(), await after.versions());
}

type Versions = ReadonlyMap<string, readonly string[]>;

/** The same on versions that were read: name → versions, newest first. */
export function compareVersions(before: Versions, after: Versions): IndexChanges {
  const changed: { name: string; old: string; new: string }[] = [];
  for (const [name, [version]] of after) {
    const old = before.get(name)?.[0];
    if (old !== undefined && version !== undefined && old !== version)
      changed.push({ name, old, new: version });
  }
  return {
    added: [...after.keys()].filter((name) => !before.has(name)).sort(),
    removed: [...before.keys()].filter((name) => !after.has(name)).sort(),
    changed: changed.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}
