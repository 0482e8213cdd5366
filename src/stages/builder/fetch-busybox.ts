import { chmod, mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { runStep, type BuildContext } from './build-step.ts';
import { findPackage, type Installer } from './install-packages.ts';

const packageName = 'busybox-static';

/** Prints one file of a package: `$1` the archive, `$2` the file. */
const printFile =
  'set -e; dpkg-deb --fsys-tarfile "$1" >"/tmp/package.tar"; exec tar -xOf /tmp/package.tar "$2"';

/** Whether a folder has what `fetchBusybox` puts there. */
export const hasBusybox = (dir: string): Promise<boolean> =>
  stat(join(dir, 'busybox')).then(
    () => true,
    () => false,
  );

/**
 * Puts a static busybox into the folder `dir`, which appears complete or not at all: Debian's package, by the frozen
 * index and its checksum, unpacked in a container. Throws `PACKAGE_UNKNOWN` when the index does not have it.
 */
export async function fetchBusybox(
  context: BuildContext,
  installer: Installer,
  { dir, tempDir }: { readonly dir: string; readonly tempDir: string },
): Promise<void> {
  const file = await findPackage(context, installer, 'target', packageName);
  await installer.provide([file]);
  const stage = join(tempDir, 'busybox-stage');
  await mkdir(stage, { mode: 0o755 });
  const hostFile = join(stage, 'busybox');
  const archive = `/.kubler-archives/${file.fileName}`;
  await runStep(context, {
    name: 'busybox',
    root: 'target',
    argv: ['sh', '-c', printFile, 'sh', archive, './bin/busybox'],
    stdout: { hostFile },
  });
  await chmod(stage, 0o755);
  await chmod(hostFile, 0o755);
  await mkdir(dirname(dir), { recursive: true });
  await rename(stage, dir).catch(async (cause: unknown) => {
    // Another build was faster.
    if (await hasBusybox(dir)) return;
    throw new KublerError('HOST_UNSUPPORTED', `cannot keep busybox in "${dir}"`, { cause });
  });
}
