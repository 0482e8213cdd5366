import { assert, KublerError } from '../errors.ts';
import type { BuilderDefinition } from '../model/project.ts';
import { apt } from '../stages/builder/index.ts';
import type { Graph } from '../stages/graph/index.ts';
import type { Workspace } from './workspace.ts';

/** The frozen package indexes of a build, by the builder that has the base. */
export interface FrozenIndexes {
  readonly of: (rootBuilder: string) => apt.FrozenIndex;
  /** Builder name → digest. */
  readonly digests: ReadonlyMap<string, string>;
}

/** Freezes, or finds frozen, the package index of every base in the graph. */
export async function freezeIndexes(workspace: Workspace, graph: Graph): Promise<FrozenIndexes> {
  const indexes = new Map<string, apt.FrozenIndex>();
  for (const { definition } of graph.builders) {
    if (!definition.base) continue;
    indexes.set(definition.name, await freezeIndexOf(workspace, definition, false));
  }
  return {
    of: (name) => {
      const index = indexes.get(name);
      assert(index, `no index was frozen for builder ${name}`);
      return index;
    },
    digests: new Map([...indexes].map(([name, { digest }]) => [name, digest])),
  };
}

/** The frozen index of one base; `refresh` fetches what the archive has now. */
export async function freezeIndexOf(
  workspace: Workspace,
  definition: BuilderDefinition,
  refresh: boolean,
): Promise<apt.FrozenIndex> {
  return apt.freezeIndex({
    ...workspace,
    settings: definition.settings,
    suite: baseSuite(definition),
    refresh,
  });
}

/** The index builds of this base use now; undefined when none was frozen yet. */
export function findIndexOf(
  workspace: Workspace,
  definition: BuilderDefinition,
): Promise<apt.FrozenIndex | undefined> {
  return apt.findIndex({ ...workspace, settings: definition.settings, suite: baseSuite(definition) });
}

/** The Debian suite of a base; a tarball does not tell, so its build.conf must. */
function baseSuite({ base, variables, dir }: BuilderDefinition): string {
  if (base && base.kind !== 'tarball') return base.suite;
  const suite = variables.get('BUILDER_SUITE');
  if (typeof suite === 'string' && suite !== '') return suite;
  throw new KublerError(
    'CONFIG_INVALID',
    `cannot use the base of "${dir}/build.conf": BUILDER_SUITE is not set`,
    {
      hint: "name the Debian release of the tarball: BUILDER_SUITE='bookworm'",
    },
  );
}
