import { KublerError } from '../../errors.ts';
import type { ApiEngineName } from '../../model/engine-status.ts';

/** Storage drivers that say where a running container's root is mounted (`GraphDriver.Data.MergedDir`). */
const overlays: readonly string[] = ['overlay2', 'overlay', 'fuse-overlayfs'];

/** Throws `HOST_UNSUPPORTED` for a daemon whose storage a build cannot use; images can go in and out all the same. */
export function requireOverlay(engine: ApiEngineName, storageDriver: string | undefined): void {
  if (overlays.includes(storageDriver ?? '')) return;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot build with ${engine}: it keeps roots with "${storageDriver ?? 'no storage driver'}"`,
    {
      hint: 'a storage driver on overlayfs is needed: overlay2 of Docker, overlay of Podman; or take --engine native',
    },
  );
}
