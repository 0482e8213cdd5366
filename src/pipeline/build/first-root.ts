import { isImageId, splitImageId } from '../../model/image-id.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { packageManager, type PackageIndex } from '../../stages/builder/index.ts';
import { stepKey, type ImageStep } from '../../stages/plan/index.ts';
import type { Workspace } from '../workspace.ts';
import { makeEmptyRoot } from './empty-root.ts';
import { makeOnce } from './make-once.ts';
import { withBuild } from './with-build.ts';

/** What the target root of an image on scratch is before anything is installed, which is made unless it is there. */
export async function makeFirstRoot(
  workspace: Workspace,
  step: ImageStep,
  index: PackageIndex,
): Promise<SnapshotId> {
  const { builder, installScripts } = step;
  const { startsFrom } = packageManager(builder.packageManager);
  if (startsFrom === 'base') return builder.base;
  const empty = await makeEmptyRoot(workspace);
  if (startsFrom === 'nothing') return empty;
  const id = stepKey('first root', { builder: builder.key, index: index.digest, installScripts });
  const { name, dir, settings, variables } = builder.definition;
  const spec = {
    ...{ subject: `builder ${name}`, configDir: dir, settings, variables, index, epoch: index.epoch },
    namespace: isImageId(name) ? splitImageId(name).namespace : '',
    roots: { builder: builder.key, target: empty },
  };
  await makeOnce(workspace, step.definition.id, id, () =>
    withBuild(workspace, spec, async ({ context, installer }) => {
      await installer.prepareTarget?.(context);
      await context.session.commit('target', id);
    }),
  );
  return id;
}
