import type { OwnContainer } from '../../ports/debugger.ts';
import type { ImageRoot } from '../../ports/engine.ts';
import { startContainer } from './container.ts';
import type { DockerHost } from './host.ts';
import { newSession } from './labels.ts';
import { loadImageRoot } from './load-image.ts';
import { makeSupplies } from './supplies.ts';

/** Starts a container on a root, whose only process waits; see `Debugger.hold`. */
export async function holdImage(host: DockerHost, root: ImageRoot): Promise<OwnContainer> {
  const { labels, cleanUp } = newSession(host);
  try {
    const imageId = await loadImageRoot(host, root, labels);
    const { mounts, seccompPath } = await makeSupplies(host, {
      imageId,
      labels,
      inputs: [],
      seccomp: undefined,
    });
    const spec = { imageId, labels, mounts, tmpfs: [], network: 'none', options: {}, seccompPath } as const;
    return { id: await startContainer(host, spec), [Symbol.asyncDispose]: cleanUp };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}
