import type { SnapshotId } from '../../ports/engine.ts';
import type { BuildContext } from './build-step.ts';
import { describe } from './describe.ts';
import { installPackages, resolvePackages, resolveUpgrade, type Installer } from './install-packages.ts';
import { parseLists } from './parse-lists.ts';
import { runHook } from './run-hook.ts';

export interface BaseFolders {
  /** The `apt/` folder of the frozen index. */
  readonly aptDir: string;
  /** Scratch folder on the same file system. */
  readonly tempDir: string;
}

/**
 * Brings a freshly made base to the state of the frozen index, security updates included, and keeps it as the
 * pristine base that builders and images start from.
 */
export async function finishBase(
  context: BuildContext,
  installer: Installer,
  id: SnapshotId,
  { aptDir, tempDir }: BaseFolders,
): Promise<void> {
  const packages = await resolveUpgrade(context, installer, 'target');
  await installPackages(context, installer, { root: 'target', packages, names: [], mode: 'configured' });
  await parseLists(context, aptDir, tempDir);
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
  const packages = await resolvePackages(context, installer, 'target', names);
  await installPackages(context, installer, { root: 'target', packages, names, mode: 'configured' });
  await runHook(context, description, 'configure_builder', 'target');
  await context.session.commit('target', id);
}
