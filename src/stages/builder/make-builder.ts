import type { SnapshotId } from '../../ports/engine.ts';
import type { BuildContext } from './build-step.ts';
import { describe } from './describe.ts';
import { installPackages, resolvePackages } from './install-packages.ts';
import { ownRoot, type Installer } from './package-managers/package-manager.ts';
import { runHook } from './run-hook.ts';

/** Brings a freshly made base to the state of the index, and keeps it as the pristine base that builders and images start from. */
export async function finishBase(context: BuildContext, installer: Installer, id: SnapshotId): Promise<void> {
  await installer.finishBase(context);
  await context.session.commit('target', id);
}

/** Makes a builder: its `_packages`, then configure_builder, in its own root. */
export async function makeBuilder(
  context: BuildContext,
  installer: Installer,
  id: SnapshotId,
): Promise<void> {
  const description = await describe(context, 'target');
  const { packages: names } = description;
  const place = ownRoot('target');
  const packages = await resolvePackages(context, installer, place, names);
  await installPackages(context, installer, { place, packages, names, mode: 'configured' });
  await runHook(context, description, 'configure_builder', 'target');
  await context.session.commit('target', id);
}
