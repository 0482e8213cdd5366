import { assert } from '../errors.ts';
import type { SnapshotId } from '../ports/engine.ts';
import {
  bootstrapBase,
  finishBase,
  makeBuilder,
  type BuildContext,
  type Installer,
} from '../stages/builder/index.ts';
import { stepKey, type BuilderStep } from '../stages/plan/index.ts';
import type { FrozenIndexes } from './freeze-indexes.ts';
import { withBuild } from './with-build.ts';
import { dataPaths, type Workspace } from './workspace.ts';

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
  if (!(await workspace.engine.hasSnapshot(step.base))) await makeBase(workspace, step, indexes, task);
  if (!(await workspace.engine.hasSnapshot(step.key))) {
    workspace.progress({ kind: 'stage', task, stage: 'configure' });
    await inSession(workspace, step, indexes, parent?.key ?? step.base, (context, installer) =>
      makeBuilder(context, installer, step.key),
    );
  }
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
  const raw = stepKey('bootstrap', { base: step.base });
  if (!(await workspace.engine.hasSnapshot(raw))) {
    workspace.progress({ kind: 'stage', task, stage: base.kind });
    await using temp = await workspace.openTempDir();
    await bootstrapBase({
      ...workspace,
      id: raw,
      definition: step.root,
      base,
      index: indexes.of(step.root.name),
      tempDir: temp.path,
      logDir: dataPaths(workspace.dataDir).logs(`builders/${step.root.name}`),
    });
  }
  workspace.progress({ kind: 'stage', task, stage: 'upgrade base' });
  await inSession(workspace, step, indexes, raw, (context, installer) =>
    finishBase(context, installer, step.base),
  );
}

/** Runs `work` in a session whose only root is the builder to be. */
async function inSession(
  workspace: Workspace,
  step: BuilderStep,
  indexes: FrozenIndexes,
  target: SnapshotId,
  work: (context: BuildContext, installer: Installer) => Promise<void>,
): Promise<void> {
  await withBuild(
    workspace,
    {
      subject: `builder ${step.definition.name}`,
      logs: `builders/${step.definition.name}`,
      configDir: step.definition.dir,
      settings: step.definition.settings,
      variables: step.definition.variables,
      namespace: step.definition.name.includes('/') ? step.definition.name.split('/', 1).join('') : '',
      index: indexes.of(step.root.name),
      roots: { target },
    },
    ({ context, installer }) => work(context, installer),
  );
}
