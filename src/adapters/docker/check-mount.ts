import { stat } from 'node:fs/promises';
import { KublerError } from '../../errors.ts';
import type { Mount } from '../../ports/engine.ts';

/** The error for something of this machine that cannot be mounted. */
export const cannotMount = (
  { hostPath, containerPath }: Mount,
  reason: string,
  options: { readonly hint?: string; readonly cause?: unknown } = {},
): KublerError =>
  new KublerError('USAGE_INVALID', `cannot mount "${hostPath}" at "${containerPath}": ${reason}`, options);

/** Throws `USAGE_INVALID` for what is not there, or cannot be mounted where it is to be. */
export async function checkMount(mount: Mount): Promise<void> {
  if (/^\/(proc|sys)(\/|$)/.test(mount.containerPath)) throw cannotMount(mount, "that place is the kernel's");
  await stat(mount.hostPath).catch((cause: unknown) => {
    throw cannotMount(mount, `there is no "${mount.hostPath}"`, { cause });
  });
}
