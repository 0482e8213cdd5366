import type { BuildContext } from './build-step.ts';
import { describe } from './describe.ts';
import { installPackages, resolvePackages } from './install-packages.ts';
import { ownRoot, type Installer } from './package-managers/package-manager.ts';
import { runHook } from './run-hook.ts';

/** Does what fills a target root, one step after the other, in the roots as they are, and keeps nothing. */
export async function tryFill(
  context: BuildContext,
  installer: Installer,
  mode: 'configured' | 'extracted',
): Promise<void> {
  const description = await describe(context, 'builder');
  const { builderPackages, packages: names } = description;
  const forHooks = await resolvePackages(context, installer, ownRoot('builder'), builderPackages);
  await installPackages(context, installer, {
    place: ownRoot('builder'),
    packages: forHooks,
    names: builderPackages,
    mode: 'configured',
  });
  await runHook(context, description, 'configure_builder', 'builder');
  const resolve = () => resolvePackages(context, installer, installer.target, names);
  const known = installer.usesBuilder ? undefined : await resolve();
  await runHook(context, description, 'configure_rootfs_build', 'builder');
  const packages = known ?? (await resolve());
  await installPackages(context, installer, { place: installer.target, packages, names, mode });
  await runHook(context, description, 'finish_rootfs_build', 'builder');
}
