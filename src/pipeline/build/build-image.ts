import { KublerError, KublerErrors } from '../../errors.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { settleAll } from '../../model/settle-all.ts';
import {
  createStepStore,
  describe,
  fillTarget,
  type FilledTarget,
  type PackageIndex,
} from '../../stages/builder/index.ts';
import type { ImagePlan } from '../../stages/image/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import { captureStart } from './capture-states.ts';
import { describeImage } from './describe-image.ts';
import { imageBuildSpec } from './image-build-spec.ts';
import { readRecord } from '../read-record.ts';
import type { FinishedImage } from '../test/test-image.ts';
import { readParent } from './parent-image.ts';
import { withBuild, type Build } from './with-build.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

/** Builds one image whose parent and builder are there: fill → carve → prune → layers → prove → image → test → record. */
export async function buildImage(
  workspace: Workspace,
  step: ImageStep,
  index: PackageIndex,
  plan: ImagePlan,
): Promise<void> {
  const startedAt = workspace.clock.now();
  const { definition } = step;
  const parent = await readParent(workspace, step);
  for (const text of plan.warnings) workspace.progress({ kind: 'warning', task: definition.id, text });

  const spec = await imageBuildSpec(workspace, step, index, parent);
  const { roots } = spec;
  let target = roots.target;
  const work = async (build: Build): Promise<Pick<FinishedImage, 'record' | 'tree'>> => {
    // Neither changes the target root.
    const looking = settleAll([captureStart(build), describe(build.context, 'builder')]);
    // Loaded while containers work.
    const loading = import('./make-image.ts');
    const [start, description] = await looking;
    const filled = await fillTarget(build.context, {
      description,
      installer: build.installer,
      steps: createStepStore(dataPaths(workspace.dataDir).steps, build.tempDir, (key) =>
        workspace.engine.hasSnapshot(key),
      ),
      mode: definition.installMode,
      canInstall: build.installer.needs.every((path) => start.listing.has(path)),
      start: roots.target,
      builder: roots.builder,
      hookInputs: step.key,
      installScripts: step.installScripts,
      epoch: build.epoch,
      ...(step.forced && { only: String(startedAt) }),
    });
    target = filled.target;
    const provided = providedPackages(parent?.record.provided ?? [], filled);
    const { makeImage } = await loading;
    const collect = { filled, start, provided };
    const { findings, ...made } = await makeImage(workspace, build, { plan, parent, step, collect, index });
    const described = describeImage({ step, parent, filled, provided, ...made });
    const buildMs = workspace.clock.now() - startedAt;
    const own = { findings, epoch: build.epoch, buildMs, ...(await copiedImages(workspace, step)) };
    return { record: { ...described, ...own }, tree: made.tree };
  };
  const { record, tree } = await withBuild(workspace, spec, work).catch(async (error: unknown) => {
    if (target !== roots.target && holdsSecret(error)) await workspace.engine.removeSnapshot(target);
    throw error;
  });
  const { settleImage } = await import('./settle-image.ts');
  const { fault } = await settleImage(workspace, { definition, record, tree, testKey: step.testKey, index });
  if (fault) throw fault;
  workspace.progress({ kind: 'done', task: record.id, summary: summarise(record) });
}

/** True when a build was refused for what its target root has: one in a layer of the Dockerfile has a line. */
const holdsSecret = (error: unknown): boolean =>
  (error instanceof KublerErrors ? error.errors : [error]).some(
    (each) => each instanceof KublerError && each.code === 'PRUNE_SECRET' && each.at === undefined,
  );

function summarise({ layerCount, sizeBytes }: ImageRecord): string {
  return `${(sizeBytes / 1e6).toFixed(1)} MB in ${layerCount === 1 ? '1 layer' : `${layerCount} layers`}`;
}

/** The image IDs of what was copied from. */
async function copiedImages(
  workspace: Workspace,
  { copies }: ImageStep,
): Promise<Pick<ImageRecord, 'copied'>> {
  if (copies.length === 0) return {};
  const records = await Promise.all(copies.map(({ definition }) => readRecord(workspace, definition.id)));
  return { copied: Object.fromEntries(records.map(({ id, configDigest }) => [id, configDigest])) };
}

/** What `provide_package` declared here and in the parents, without what `unprovide_package` took back. */
function providedPackages(inherited: readonly string[], { state }: FilledTarget): readonly string[] {
  const provided = new Set([...inherited, ...state.provided]);
  for (const name of state.unprovided) provided.delete(name);
  return [...provided].sort();
}
