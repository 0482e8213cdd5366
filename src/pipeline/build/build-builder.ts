import { assert } from '../../errors.ts';
import { isImageId, splitImageId } from '../../model/image-id.ts';
import type { BuilderDefinition } from '../../model/project.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { bootstrapBase, finishBase, makeBuilder, type PackageIndex } from '../../stages/builder/index.ts';
import { saveStream } from '../../stages/rootfs/index.ts';
import { stepKey, type BuilderStep } from '../../stages/plan/index.ts';
import type { FrozenIndexes } from '../plan/freeze-indexes.ts';
import { readEngineImage } from '../images/read-engine-image.ts';
import { wantedPlatform } from '../images/wanted-platform.ts';
import { toMembers } from '../../stages/layer/index.ts';
import { writeTar } from '../../oci/tar-write.ts';
import { openBaseImages } from '../open-base-images.ts';
import { makeOnce } from './make-once.ts';
import { mountedAt } from './mounted-at.ts';
import { withBuild, type Build } from './with-build.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

/**
 * Makes a builder, and first the pristine base it starts from, unless they are there. Both become snapshots named
 * by their keys.
 */
export async function buildBuilder(
  workspace: Workspace,
  step: BuilderStep,
  parent: BuilderStep | undefined,
  indexes: FrozenIndexes,
): Promise<void> {
  const task = `builder ${step.definition.name}`;
  await makeOnce(workspace, task, step.base, () => makeBase(workspace, step, indexes, task));
  await makeOnce(workspace, task, step.key, async () => {
    workspace.progress({ kind: 'stage', task, stage: 'configure' });
    const index = indexes.of(task);
    const start = parent?.key ?? step.base;
    await inSession(workspace, step, index, start, ({ context, installer }) =>
      makeBuilder(context, installer, step.key),
    );
  });
  workspace.progress({ kind: 'done', task, summary: 'ready' });
}

async function makeBase(
  workspace: Workspace,
  step: BuilderStep,
  indexes: FrozenIndexes,
  task: string,
): Promise<void> {
  const { base } = step.root;
  assert(base, `builder ${step.root.name} has no base`);
  const index = indexes.of(`builder ${step.root.name}`);
  const raw = stepKey('bootstrap', { base: step.base });
  if (!(await workspace.engine.hasSnapshot(raw))) {
    workspace.progress({ kind: 'stage', task, stage: base.kind });
    await using temp = await workspace.openTempDir();
    await bootstrapBase({
      ...workspace,
      id: raw,
      definition: step.root,
      base,
      index,
      saveImage: (hostFile) => saveBaseImage(workspace, step.baseImage ?? '', hostFile),
      tempDir: temp.path,
      logDir: dataPaths(workspace.dataDir).logs(`builder ${step.root.name}`),
    });
  }
  workspace.progress({ kind: 'stage', task, stage: 'upgrade base' });
  await inSession(workspace, { definition: step.root }, index, raw, ({ context, installer }) =>
    finishBase(context, installer, step.base),
  );
}

/** Writes the root of an image of Docker or Podman, by its ID, to a tar file. */
async function saveBaseImage(workspace: Workspace, imageId: string, hostFile: string): Promise<void> {
  await using temp = await workspace.openTempDir();
  await using images = await openBaseImages(workspace);
  const { signal } = workspace;
  const wanted = wantedPlatform();
  const { tree } = await readEngineImage(images, imageId, { ...workspace, tempDir: temp.path, wanted });
  await saveStream(writeTar(toMembers(tree)), hostFile, { signal });
}

/** Runs `work` in a session whose only root is the builder to be. */
async function inSession(
  workspace: Workspace,
  { definition, files }: { readonly definition: BuilderDefinition; readonly files?: BuilderStep['files'] },
  index: PackageIndex,
  target: SnapshotId,
  work: (build: Build) => Promise<void>,
): Promise<void> {
  const { name, dir, settings, variables, container } = definition;
  await withBuild(
    workspace,
    {
      subject: `builder ${name}`,
      configDir: dir,
      ...(files && { files }),
      settings,
      variables,
      // A base is the same for all builders on it.
      ...(files && container && { container }),
      mountedAt: mountedAt(definition),
      namespace: isImageId(name) ? splitImageId(name).namespace : '',
      index,
      // Not the epoch of the settings: builders are for images of any epoch.
      epoch: index.epoch,
      roots: { target },
    },
    work,
  );
}
