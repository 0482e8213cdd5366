import { assert } from '../../errors.ts';
import type { PackageManagerName } from '../../model/package-manager.ts';
import { packageManager, type IndexUser, type PackageIndex } from '../../stages/builder/index.ts';
import type { Graph } from '../../stages/graph/index.ts';
import type { Workspace } from '../workspace.ts';

/** Who uses an index of which package manager. */
export interface PackageUser extends IndexUser {
  readonly packageManager: PackageManagerName;
}

/** The frozen package indexes of a build: one for each release and set of sources. */
export interface FrozenIndexes {
  /** By name of its user. */
  readonly of: (user: string) => PackageIndex;
  /** User → digest. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * All builders of the graph, extended ones first, then all images. The release is that of the base; the sources are
 * everyone's own, as a namespace may have more of them.
 */
export function listIndexUsers(graph: Graph): readonly PackageUser[] {
  const roots = new Map<string, Pick<PackageUser, 'root' | 'packageManager'>>();
  const rootOf = (builder: string): Pick<PackageUser, 'root' | 'packageManager'> => {
    const root = roots.get(builder);
    assert(root, `builder ${builder} has no base`);
    return root;
  };
  const builders = graph.builders.map(({ definition, packageManager }) => {
    const { name, base, extends: parent, settings } = definition;
    roots.set(name, base ? { root: definition, packageManager } : rootOf(parent ?? ''));
    return { name: `builder ${name}`, settings, ...rootOf(name) };
  });
  const images = graph.images.map(({ definition: { id, settings }, builder }) => ({
    ...{ name: id, settings },
    ...rootOf(builder),
  }));
  return [...builders, ...images];
}

/** The same for users of the same packages. */
export const sourcesOf = (user: PackageUser): string =>
  `${user.packageManager} ${packageManager(user.packageManager).sourcesOf(user)}`;

/**
 * Freezes, or finds frozen, the package indexes that a graph needs.
 * @param fetch whether one that is not there is fetched; otherwise nobody's digest tells of it
 */
export async function freezeIndexes(
  workspace: Workspace,
  graph: Graph,
  { fetch }: { readonly fetch: boolean },
): Promise<FrozenIndexes> {
  const bySources = new Map<string, PackageIndex | undefined>();
  const byUser = new Map<string, PackageIndex>();
  for (const user of listIndexUsers(graph)) {
    const sources = sourcesOf(user);
    const manager = packageManager(user.packageManager);
    const options = { ...workspace, ...user };
    if (!bySources.has(sources)) {
      const index = fetch ? manager.freezeIndex({ ...options, refresh: false }) : manager.findIndex(options);
      bySources.set(sources, await index);
    }
    const index = bySources.get(sources);
    if (index) byUser.set(user.name, index);
  }
  return {
    of: (user) => {
      const index = byUser.get(user);
      assert(index, `no index was frozen for ${user}`);
      return index;
    },
    digests: new Map([...byUser].map(([name, { digest }]) => [name, digest])),
  };
}
