import { assert } from '../../errors.ts';
import type { Settings } from '../../model/project.ts';
import { apt } from '../../stages/builder/index.ts';
import type { Graph } from '../../stages/graph/index.ts';
import type { Workspace } from '../workspace.ts';

/** A builder or image, with what decides which packages it gets. */
export interface IndexUser {
  /** `builder NAME`, or an image id. */
  readonly name: string;
  readonly suite: string;
  readonly settings: Pick<Settings, 'apt'>;
}

/** The frozen package indexes of a build: one for each release and set of sources. */
export interface FrozenIndexes {
  /** By name of its user. */
  readonly of: (user: string) => apt.FrozenIndex;
  /** User → digest. */
  readonly digests: ReadonlyMap<string, string>;
}

/**
 * All builders of the graph, extended ones first, then all images. The release is that of the base; the sources are
 * everyone's own, as a namespace may have more of them.
 */
export function listIndexUsers(graph: Graph): readonly IndexUser[] {
  const suites = new Map<string, string>();
  const suiteOf = (builder: string): string => {
    const suite = suites.get(builder);
    assert(suite, `builder ${builder} has no base`);
    return suite;
  };
  const builders = graph.builders.map(({ definition: { name, base, extends: parent, settings } }) => {
    suites.set(name, base?.suite ?? suiteOf(parent ?? ''));
    return { name: `builder ${name}`, suite: suiteOf(name), settings };
  });
  const images = graph.images.map(({ definition: { id, settings }, builder }) => ({
    name: id,
    suite: suiteOf(builder),
    settings,
  }));
  return [...builders, ...images];
}

/** The same for users of the same packages. */
export const sourcesOf = ({ suite, settings }: IndexUser): string => JSON.stringify([suite, settings.apt]);

/** Freezes, or finds frozen, the package indexes that a graph needs. */
export async function freezeIndexes(workspace: Workspace, graph: Graph): Promise<FrozenIndexes> {
  const bySources = new Map<string, apt.FrozenIndex>();
  const byUser = new Map<string, apt.FrozenIndex>();
  for (const user of listIndexUsers(graph)) {
    const sources = sourcesOf(user);
    const index =
      bySources.get(sources) ?? (await apt.freezeIndex({ ...workspace, ...user, refresh: false }));
    bySources.set(sources, index);
    byUser.set(user.name, index);
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
