import { KublerError } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import type { Graph } from '../../stages/graph/index.ts';
import type { ImagePlan, PlanOptions } from '../../stages/image/index.ts';
import { findImage } from './copy-dependencies.ts';
import { readDockerfile } from './read-dockerfile.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

/**
 * What the Dockerfile.templates of a graph ask for. A child goes on from what its parent's file says, so that no parent
 * has to be there; only one that is left out, as `excluded` says, is taken as it was built.
 * Gives the faults of each file.
 */
export async function planDockerfiles(
  workspace: Workspace,
  project: Project,
  { images }: Graph,
  excluded: ReadonlySet<ImageId>,
): Promise<{
  readonly dockerfiles: ReadonlyMap<ImageId, ImagePlan>;
  readonly faults: ReadonlyMap<ImageId, readonly KublerError[]>;
}> {
  const plans = new Map<ImageId, ImagePlan>();
  const faults = new Map<ImageId, readonly KublerError[]>();
  for (const { definition, parent, imported } of images) {
    const id = parent ?? imported;
    if (excluded.has(definition.id)) continue;
    try {
      const config = id && (await parentConfig(workspace, id, excluded.has(id) || id === imported, plans));
      const drafted = await readDockerfile(definition, {
        ...(id && config && { parent: { id, config } }),
        findImage: (name) => findImage(project, definition.id, name),
      });
      plans.set(definition.id, drafted.plan);
      if (drafted.faults.length > 0) faults.set(definition.id, drafted.faults);
    } catch (error) {
      if (!(error instanceof KublerError)) throw error;
      faults.set(definition.id, [error]);
    }
  }
  return { dockerfiles: plans, faults };
}

async function parentConfig(
  workspace: Workspace,
  id: ImageId,
  isGiven: boolean,
  plans: ReadonlyMap<ImageId, ImagePlan>,
): Promise<NonNullable<PlanOptions['parent']>['config']> {
  if (isGiven) return workspace.layout.readConfig((await readRecord(workspace, id)).configDigest);
  const { config = {}, author } = plans.get(id) ?? {};
  return { config, ...(author !== undefined && { author }) };
}
