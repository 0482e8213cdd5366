import type { PackageFile } from '../../model/package.ts';
import type { BuildContext } from './build-step.ts';
import type { Installer, InstallSpec, Place } from './package-managers/package-manager.ts';

/**
 * Which packages an installation takes, exactly, by the frozen index.
 * @throws KublerError `PACKAGE_UNKNOWN` with the package manager's own reason and near names
 */
export async function resolvePackages(
  context: BuildContext,
  installer: Installer,
  place: Place,
  names: readonly string[],
): Promise<readonly PackageFile[]> {
  if (names.length === 0) return [];
  context.progress({ kind: 'stage', task: context.subject, stage: 'resolve' });
  return installer.resolve(context, place, names);
}

/** Fetches packages and installs them: for real, or without their maintainer scripts. */
export async function installPackages(
  context: BuildContext,
  installer: Installer,
  spec: InstallSpec,
): Promise<void> {
  if (spec.packages.length > 0) await installer.install(context, spec);
}
