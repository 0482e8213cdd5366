import type { Engine } from '../../ports/engine.ts';
import { bootstrap } from './bootstrap.ts';
import { collectGarbage, removeSnapshot } from './collect-garbage.ts';
import { holdSnapshots } from './hold-snapshots.ts';
import type { BuildHost } from './host.ts';
import { openHost } from './open-host.ts';
import { openSession } from './open-session.ts';
import { runImage } from './run-image.ts';
import { findImage, snapshotName } from './snapshots.ts';
import { startImage } from './start-image.ts';

export { requireOverlay } from './require-overlay.ts';

export type DockerEngineOptions = Omit<BuildHost, 'owner' | 'ulimits'>;

/** The engine that is a daemon with the Docker API: Docker, or Podman. Clears away what dead processes left in it. */
export async function createDockerEngine(options: DockerEngineOptions): Promise<Engine> {
  const host: BuildHost = { ...options, ...(await openHost(options)) };
  return {
    name: () => Promise.resolve(host.name),
    // Who opened the connection has heard from the daemon.
    probe: () => Promise.resolve([]),
    hasSnapshot: async (id) => (await findImage(host, snapshotName(id))) !== undefined,
    holdSnapshots: () => holdSnapshots(host),
    removeSnapshot: (id) => removeSnapshot(host, id),
    collectGarbage: (spec) => collectGarbage(host, spec),
    bootstrap: (spec) => bootstrap(host, spec),
    open: (spec) => openSession(host, spec),
    run: (spec, published) => runImage(host, spec, published),
    start: (spec) => startImage(host, spec),
  };
}
