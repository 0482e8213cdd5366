import { KublerError, throwFaults } from '../../errors.ts';
import { aboutBase } from '../../stages/builder/index.ts';
import type { Graph } from '../../stages/graph/index.ts';
import { openBaseImages } from '../open-base-images.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Looks at the images that bases are made from: builder → image ID. No engine is asked when there is none. Throws
 * `ENGINE_REFUSED`, naming every image that is not there, and `ENGINE_UNAVAILABLE`.
 */
export async function findBaseImages(
  workspace: Pick<Workspace, 'engine' | 'openImageStore'>,
  { builders }: Graph,
): Promise<ReadonlyMap<string, string>> {
  const users = builders.flatMap(({ definition }) =>
    definition.base?.kind === 'image' ? [{ definition, reference: definition.base.reference }] : [],
  );
  const [first] = users;
  if (!first) return new Map();
  await using images = await openBaseImages(workspace).catch((error: unknown) => {
    throw error instanceof KublerError ? aboutBase(error, first.definition) : error;
  });
  const found = await Promise.all(
    users.map(async ({ definition, reference }) => ({
      name: definition.name,
      id: (await images.idOf(reference)) ?? aboutBase(notThere(images.engine, reference), definition),
    })),
  );
  throwFaults(found.flatMap(({ id }) => (id instanceof KublerError ? [id] : [])));
  return new Map(found.flatMap(({ name, id }) => (typeof id === 'string' ? [[name, id] as const] : [])));
}

const notThere = (engine: string, reference: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `${engine} has no image "${reference}"`, {
    hint: `${engine} pull ${reference}`,
  });
