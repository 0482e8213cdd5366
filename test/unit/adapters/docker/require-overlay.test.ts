import { expect, it } from 'vitest';
import { requireOverlay } from '../../../../src/adapters/docker/require-overlay.ts';

it('takes storage on overlayfs, and refuses other before anything is made', () => {
  for (const driver of ['overlay2', 'overlay', 'fuse-overlayfs']) requireOverlay('docker', driver);
  // The last is what Docker says with containerd's image store.
  for (const driver of ['vfs', undefined, 'overlayfs'])
    expect(() => requireOverlay('podman', driver)).toThrow(/cannot build with podman: it keeps roots with "/);
});
