import type { Sha256 } from '../../model/digest.ts';
import type { PackageFile } from '../../model/package.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { stepKey } from '../plan/index.ts';
import type { BuildContext } from './build-step.ts';
import { describe, type Description } from './describe.ts';
import { readHookState, type HookState } from './hook-state.ts';
import { installPackages, resolvePackages, type Installer } from './install-packages.ts';
import { runHook } from './run-hook.ts';
import type { StepStore } from './step-store.ts';

export interface TargetSpec {
  readonly installer: Installer;
  readonly steps: StepStore;
  readonly mode: 'configured' | 'extracted';
  /** The snapshot the target root starts from: the pristine base, or where the parent's ended. */
  readonly start: SnapshotId;
  readonly builder: SnapshotId;
  /** Digest of everything hooks can see: the image folder, its variables. */
  readonly hookInputs: Sha256;
  readonly epoch: number;
}

export interface FilledTarget {
  readonly description: Description;
  /** The target root as the hooks left it; the session's target is this snapshot now. */
  readonly target: SnapshotId;
  /** The builder as `configure_builder` left it: children start from it. */
  readonly builder: SnapshotId;
  readonly packages: readonly PackageFile[];
  readonly state: HookState;
}

/** A snapshot to reach and what leads to it. */
interface Stretch {
  readonly key: SnapshotId;
  readonly run: () => Promise<void>;
}

/**
 * Fills a target root: configure_builder → configure_rootfs_build → install → finish_rootfs_build.
 * A snapshot is reused when nothing that leads to it has changed: packages depend on the start and their exact
 * files only, hooks on the whole image folder too. What configure_rootfs_build leaves in the builder may matter to
 * finish_rootfs_build, so the two are never taken apart.
 */
export async function fillTarget(context: BuildContext, spec: TargetSpec): Promise<FilledTarget> {
  const description = await describe(context, 'builder');
  const builder = await configureBuilder(context, spec, description);
  const packages = await resolvePackages(context, spec.installer, 'target', description.packages);
  const stretches = planStretches(context, spec, description, packages, builder);
  for (const { key, run } of stretches) {
    if (!(await spec.steps.has(key))) {
      await run();
      await spec.steps.writeState(key, await readHookState(context, 'builder'));
    }
    // Also when it is there already: the session goes on from it.
    await context.session.commit('target', key);
  }
  const target = stretches.at(-1)?.key ?? spec.start;
  return { description, target, builder, packages, state: await spec.steps.readState(target) };
}

function planStretches(
  context: BuildContext,
  spec: TargetSpec,
  description: Description,
  packages: readonly PackageFile[],
  builder: SnapshotId,
): Stretch[] {
  const hook = (name: 'configure_rootfs_build' | 'finish_rootfs_build') => () =>
    runHook(context, description, name, 'builder');
  const install = () =>
    installPackages(context, spec.installer, {
      root: 'target',
      packages,
      names: description.packages,
      mode: spec.mode,
    });
  const inputs = {
    start: spec.start,
    mode: spec.mode,
    epoch: String(spec.epoch),
    names: description.packages.join(' '),
    packages: packages.map(({ sha256 }) => sha256).join(' '),
  };
  const installKey = stepKey('install', inputs);
  const hookedKey = stepKey('target', { ...inputs, builder, hooks: spec.hookInputs });
  const finish = { key: hookedKey, run: hook('finish_rootfs_build') };
  const installed = packages.length === 0 ? [] : [{ key: installKey, run: install }];
  const finishes = description.hooks.has('finish_rootfs_build');
  if (!description.hooks.has('configure_rootfs_build')) return finishes ? [...installed, finish] : installed;
  const run = async () => {
    await hook('configure_rootfs_build')();
    await install();
    await hook('finish_rootfs_build')();
  };
  return [{ key: hookedKey, run }];
}

/** Runs configure_builder, and installs what hooks need, in the builder; the result is kept for children. */
async function configureBuilder(
  context: BuildContext,
  spec: TargetSpec,
  description: Description,
): Promise<SnapshotId> {
  const { builderPackages, hooks } = description;
  if (builderPackages.length === 0 && !hooks.has('configure_builder')) return spec.builder;
  const key = stepKey('configured-builder', { builder: spec.builder, hooks: spec.hookInputs });
  if (!(await spec.steps.has(key))) {
    const packages = await resolvePackages(context, spec.installer, 'builder', builderPackages);
    await installPackages(context, spec.installer, {
      root: 'builder',
      packages,
      names: builderPackages,
      mode: 'configured',
    });
    await runHook(context, description, 'configure_builder', 'builder');
    await spec.steps.writeState(key, await readHookState(context, 'builder'));
  }
  await context.session.commit('builder', key);
  return key;
}
