import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { BuildContext } from './build-step.ts';
import type { Installer } from './package-managers/package-manager.ts';

/** Whether a folder has what `fetchBusybox` puts there. */
export const hasBusybox = (dir: string): Promise<boolean> =>
  stat(join(dir, 'busybox')).then(
    () => true,
    () => false,
  );

/**
 * Puts a static busybox into the folder `dir`, which appears complete or not at all. Throws `PACKAGE_UNKNOWN` when there is
 * none to be had.
 */
export async function fetchBusybox(
  context: BuildContext,
  installer: Installer,
  { dir, tempDir }: { readonly dir: string; readonly tempDir: string },
): Promise<void> {
  const stage = join(tempDir, 'busybox-stage');
  const hostFile = join(stage, 'busybox');
  await mkdir(stage, { mode: 0o755 });
  await installer.saveBusybox(context, hostFile);
  await chmod(stage, 0o755);
  await chmod(hostFile, 0o755);
  await mkdir(dirname(dir), { recursive: true });
  await rename(stage, dir).catch(async (cause: unknown) => {
    // Another build was faster.
    if (await hasBusybox(dir)) return;
    throw new KublerError('HOST_UNSUPPORTED', `cannot keep busybox in "${dir}"`, { cause });
  });
}
