import { KublerError } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { PackageFile } from '../../model/package.ts';
import type { Root, SnapshotId } from '../../ports/engine.ts';
import { stepKey } from '../plan/index.ts';
import type { BuildContext } from './build-step.ts';
import type { Description } from './describe.ts';
import { noHookState, readHookState, type HookState } from './hook-state.ts';
import { installPackages, resolvePackages } from './install-packages.ts';
import { ownRoot, type Installer } from './package-managers/package-manager.ts';
import { runHook } from './run-hook.ts';
import type { StepStore } from './step-store.ts';

export interface TargetSpec {
  readonly description: Description;
  readonly installer: Installer;
  readonly steps: StepStore;
  readonly mode: 'configured' | 'extracted';
  /** Whether the target root has what the package manager needs to install something in it. */
  readonly canInstall: boolean;
  /** The snapshot the target root starts from: the pristine base, or where the parent's ended. */
  readonly start: SnapshotId;
  readonly builder: SnapshotId;
  /** Digest of everything hooks can see: the image folder, its variables. */
  readonly hookInputs: Sha256;
  /** Digest of the scripts that install packages. */
  readonly installScripts: Sha256;
  readonly epoch: number;
  /** Set apart from all former builds: no snapshot of theirs is reused. */
  readonly only?: string;
}

export interface FilledTarget {
  readonly description: Description;
  /** The target root as the hooks left it; the session's target is this snapshot now. */
  readonly target: SnapshotId;
  /** The builder that children start from: as `configure_builder` left it, or, if installing uses it, as all left it. */
  readonly builder: SnapshotId;
  readonly state: HookState;
}

/** A snapshot to reach and what leads to it. */
interface Stretch {
  readonly key: SnapshotId;
  /** Whether hooks run, and may have something to say. */
  readonly hooked: boolean;
  readonly run: () => Promise<void>;
}

/**
 * Fills a target root: configure_builder → configure_rootfs_build → install → finish_rootfs_build.
 * A snapshot is reused when nothing that leads to it has changed: packages depend on the start and their exact
 * files only, hooks on the whole image folder too. What configure_rootfs_build leaves in the builder may matter to
 * finish_rootfs_build, so the two are never taken apart.
 */
export async function fillTarget(context: BuildContext, spec: TargetSpec): Promise<FilledTarget> {
  const { description } = spec;
  const builder = await configureBuilder(context, spec, description);
  if (description.packages.length > 0 && !spec.canInstall) throw cannotInstall(context.subject, spec);
  const isLate = spec.installer.usesBuilder && description.hooks.has('configure_rootfs_build');
  const packages = isLate ? [] : await resolve(context, spec, description);
  const stretches = planStretches(context, spec, description, packages, builder.snapshot);
  let { state, snapshot } = builder;
  for (const stretch of stretches) {
    const reported = await reach(context, spec, 'target', stretch);
    // The last one speaks for configure_builder too: they share a builder.
    if (stretch.hooked) state = reported;
    if (spec.installer.usesBuilder) snapshot = builderBeside(stretch.key);
  }
  const target = stretches.at(-1)?.key ?? spec.start;
  return { description, target, builder: snapshot, state };
}

const resolve = (
  context: BuildContext,
  { installer }: TargetSpec,
  { packages }: Description,
): Promise<readonly PackageFile[]> => resolvePackages(context, installer, installer.target, packages);

/** The builder as it is when the target root has come to a snapshot. */
const builderBeside = (key: SnapshotId): SnapshotId => stepKey('builder beside', { key });

const cannotInstall = (subject: string, { installer }: TargetSpec): KublerError =>
  new KublerError(
    'BUILD_COMMAND_FAILED',
    `cannot install packages in ${subject}: what it starts from has no ${installer.packageManager}`,
    {
      details: installer.needs.map((path) => `needed: /${path}`),
      hint: 'on an imported tree without that, hooks and Dockerfile.template work; _packages must stay empty',
    },
  );

/** Brings a root to the end of a stretch, by doing it or by taking over what a former build made of it. */
async function reach(
  context: BuildContext,
  { steps, installer }: TargetSpec,
  root: Root,
  { key, hooked, run }: Stretch,
): Promise<HookState> {
  const beside = root === 'target' && installer.usesBuilder ? builderBeside(key) : undefined;
  const isThere = (await steps.has(key)) && (beside === undefined || (await steps.has(beside)));
  if (!isThere) {
    await run();
    await steps.writeState(key, hooked ? await readHookState(context, 'builder') : noHookState);
    if (beside !== undefined) await steps.writeState(beside, noHookState);
  }
  // Also when it is there already: the session goes on from it.
  if (beside !== undefined) await context.session.commit('builder', beside);
  await context.session.commit(root, key);
  return steps.readState(key);
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
  const install = (files: readonly PackageFile[]) =>
    installPackages(context, spec.installer, {
      place: spec.installer.target,
      packages: files,
      names: description.packages,
      mode: spec.mode,
    });
  const inputs = {
    ...setApart(spec),
    start: spec.start,
    mode: spec.mode,
    epoch: String(spec.epoch),
    names: description.packages.join(' '),
    packages: packages.map(({ sha256 }) => sha256).join(' '),
    scripts: spec.installScripts,
    ...(spec.installer.usesBuilder && { builder }),
  };
  const installKey = stepKey('install', inputs);
  const hookedKey = stepKey('target', { ...inputs, builder, hooks: spec.hookInputs });
  const finish = { key: hookedKey, hooked: true, run: hook('finish_rootfs_build') };
  const installed =
    packages.length === 0 ? [] : [{ key: installKey, hooked: false, run: () => install(packages) }];
  const finishes = description.hooks.has('finish_rootfs_build');
  if (!description.hooks.has('configure_rootfs_build')) return finishes ? [...installed, finish] : installed;
  const run = async () => {
    await hook('configure_rootfs_build')();
    await install(spec.installer.usesBuilder ? await resolve(context, spec, description) : packages);
    await hook('finish_rootfs_build')();
  };
  return [{ key: hookedKey, hooked: true, run }];
}

const setApart = ({ only }: TargetSpec): Readonly<Record<string, string>> =>
  only === undefined ? {} : { only };

/** Runs configure_builder, and installs what hooks need, in the builder; the result is kept for children. */
async function configureBuilder(
  context: BuildContext,
  spec: TargetSpec,
  description: Description,
): Promise<{ readonly snapshot: SnapshotId; readonly state: HookState }> {
  const { builderPackages: names, hooks } = description;
  if (names.length === 0 && !hooks.has('configure_builder')) {
    return { snapshot: spec.builder, state: noHookState };
  }
  const inputs = { ...setApart(spec), builder: spec.builder, hooks: spec.hookInputs };
  const key = stepKey('configured-builder', inputs);
  const run = async () => {
    const packages = await resolvePackages(context, spec.installer, ownRoot('builder'), names);
    const mode = 'configured';
    await installPackages(context, spec.installer, {
      ...{ place: ownRoot('builder'), packages, names, mode },
    });
    await runHook(context, description, 'configure_builder', 'builder');
  };
  return { snapshot: key, state: await reach(context, spec, 'builder', { key, hooked: true, run }) };
}
