import type { OwnContainer } from '../../ports/debugger.ts';
import type { ImageRoot } from '../../ports/engine.ts';
import { startContainer } from './container.ts';
import type { DockerHost } from './host.ts';
import { newSession, removeLabelled, sessionLabel, sessionLabels } from './labels.ts';
import { loadImageRoot } from './load-image.ts';
import { makeSupplies } from './supplies.ts';

/** Starts a container on a root, whose only process waits; see `Debugger.hold`. */
export async function holdImage(host: DockerHost, root: ImageRoot): Promise<OwnContainer> {
  const session = newSession(host);
  const labels = sessionLabels(host, session);
  // What cannot be removed, because the daemon has gone, the next process removes.
  const dispose = (): Promise<void> =>
    removeLabelled(host, `${sessionLabel}=${session}`).catch(() => undefined);
  try {
    const imageId = await loadImageRoot(host, root, labels);
    const { mounts, seccompPath } = await makeSupplies(host, {
      imageId,
      labels,
      inputs: [],
      seccomp: undefined,
    });
    const spec = { imageId, labels, mounts, tmpfs: [], network: 'none', options: {}, seccompPath } as const;
    return { id: await startContainer(host, spec), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
