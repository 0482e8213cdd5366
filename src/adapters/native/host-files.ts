import { chmod, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bind } from './runtime-config.ts';

/**
 * Files of the host's /etc that tell containers about the network they share with it. Copies, because the originals
 * may be symlinks into folders that containers do not see; those that are not there are left out.
 */
export async function hostFileBinds(tempDir: string, names: readonly string[]): Promise<readonly Bind[]> {
  const binds: Bind[] = [];
  for (const name of names) {
    const hostPath = join(tempDir, name);
    const found = await copyReadable(join('/etc', name), hostPath).then(
      () => true,
      () => false,
    );
    if (found) binds.push({ hostPath, containerPath: `/etc/${name}`, readOnly: true });
  }
  return binds;
}

/** For every user, whatever the umask. */
async function copyReadable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o644);
}
