import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Mount } from '../../ports/engine.ts';
import { resolveInRoot } from './mount-points.ts';

/** Throws `USAGE_INVALID` when something of the host cannot be mounted in a root where it is to be. */
export async function checkMount(rootDir: string, { hostPath, containerPath }: Mount): Promise<void> {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new KublerError('USAGE_INVALID', `cannot mount "${hostPath}" at "${containerPath}": ${reason}`, {
      cause,
    });
  };
  const source = await stat(hostPath).catch((cause: unknown) =>
    refuse(isMissing(cause) ? `there is no "${hostPath}"` : String(cause), cause),
  );
  const { path, missing } = await resolveInRoot(rootDir, containerPath);
  if (/^\/(proc|sys)(\/|$)/.test(path)) refuse("that place is the kernel's");
  const [outermost = path] = missing;
  const folder = await lstat(rootDir + dirname(outermost));
  if (!folder.isDirectory()) refuse(`in the image "${dirname(outermost)}" is no folder`);
  if (missing.length > 0) return;
  const target = await lstat(rootDir + path);
  if (target.isDirectory() === source.isDirectory()) return;
  refuse(
    target.isDirectory()
      ? 'in the image that is a folder, and this is a file'
      : 'in the image that is a file, and this is a folder',
  );
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
