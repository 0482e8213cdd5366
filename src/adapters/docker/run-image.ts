import type { Port, RunSpec } from '../../ports/engine.ts';
import { passSignals } from '../system/pass-signals.ts';
import { converse, type Talk } from './converse.ts';
import type { DockerHost } from './host.ts';
import { makeImageContainer } from './image-container.ts';
import { publishedPorts, signalContainer } from './read-container.ts';

/**
 * Runs an image with the caller's standard streams; see `Engine.run`. Signals sent to Kubler go to the image's process,
 * so an abort ends nothing by itself once it runs. Only then does a daemon say which ports are free.
 */
export async function runImage(
  host: DockerHost,
  spec: RunSpec,
  published: (ports: readonly Port[]) => void = () => undefined,
): Promise<number> {
  const attach = spec.tty ? 'terminal' : spec.interactive ? 'streams' : 'output';
  const talk: Talk = { verb: `run "${spec.argv[0] ?? ''}"`, attach, log: () => undefined };
  await using container = await makeImageContainer(host, spec, talk);
  const { id } = container;
  const peer = await container.start();
  const stop = passSignals({
    stopSignal: spec.stopSignal,
    send: (signal) => signalContainer(host, id, signal),
    kill: () => signalContainer(host, id, 'SIGKILL'),
  });
  try {
    published(await publishedPorts(host, id, spec.ports));
    return (await converse(host, peer, talk)).state.ExitCode ?? 0;
  } finally {
    stop();
  }
}
