import { splitImageId } from '../../model/image-id.ts';
import type { PackageIndex } from '../../stages/builder/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import { makeFirstRoot } from './first-root.ts';
import { mountedAt } from './mounted-at.ts';
import type { ParentImage } from './parent-image.ts';
import type { BuildSpec } from './with-build.ts';
import type { Workspace } from '../workspace.ts';

/** What an image is built with, and the roots its build starts from. */
export async function imageBuildSpec(
  workspace: Workspace,
  step: ImageStep,
  index: PackageIndex,
  parent: ParentImage | undefined,
): Promise<BuildSpec & { readonly roots: { readonly builder: string; readonly target: string } }> {
  const { definition, files, builder } = step;
  // A parent in the same builder hands its configured one on.
  const inherited = parent?.record.builderKey === builder.key ? parent.record.builderSnapshot : undefined;
  return {
    subject: definition.id,
    configDir: definition.dir,
    files,
    settings: definition.settings,
    variables: definition.variables,
    ...(definition.container && { container: definition.container }),
    mountedAt: mountedAt(definition),
    namespace: splitImageId(definition.id).namespace,
    index,
    epoch: definition.settings.epoch ?? index.epoch,
    roots: {
      builder: inherited ?? builder.key,
      target: parent?.record.targetSnapshot ?? (await makeFirstRoot(workspace, step, index)),
    },
  };
}
