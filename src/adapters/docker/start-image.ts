import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnContainer } from '../../ports/debugger.ts';
import type { RunningContainer, StartSpec } from '../../ports/engine.ts';
import { converse, type Peer } from './converse.ts';
import { throwIfInterrupted } from './daemon-error.ts';
import { execInContainer } from './exec-in-container.ts';
import { healthReports } from './health-reports.ts';
import type { DockerHost } from './host.ts';
import { makeImageContainer, type ImageContainer } from './image-container.ts';
import { publishedPorts, signalContainer } from './read-container.ts';

/** Starts an image; see `Engine.start`. */
export async function startImage(
  host: DockerHost,
  spec: StartSpec,
): Promise<RunningContainer & OwnContainer> {
  const { stdin } = spec;
  // Podman leaves it to systemd to ask, which is not everywhere.
  const health = host.name === 'docker' ? spec.health : undefined;
  const attach = { ...(stdin !== undefined && { stdin }), ...(health && { health }) };
  const image = await makeImageContainer(host, { ...spec, tty: false }, attach);
  try {
    const exited = finish(host, image, await image.start(), spec);
    const ports = await publishedPorts(host, image.id, spec.ports);
    throwIfInterrupted(host, `run "${spec.argv[0] ?? ''}"`);
    return {
      ...running(host, image, exited, { ...spec, ports }),
      ...(health && { health: healthReports(host, image.id, health, exited) }),
    };
  } catch (error) {
    await image[Symbol.asyncDispose]();
    throw error;
  }
}

/** Exit status once all output is taken; what cannot take it, and an interrupt, end the container. */
async function finish(
  host: DockerHost,
  { id }: ImageContainer,
  peer: Peer,
  { argv, stdin, log }: StartSpec,
): Promise<number> {
  const kill = (): Promise<void> => signalContainer(host, id, 'SIGKILL');
  const interrupt = (): void => void kill();
  host.signal.addEventListener('abort', interrupt, { once: true });
  try {
    const talk = { verb: `run "${argv[0] ?? ''}"`, log, ...(stdin !== undefined && { stdin }) };
    return (await converse(host, peer, talk)).state.ExitCode ?? 0;
  } catch (error) {
    await kill();
    throw error;
  } finally {
    host.signal.removeEventListener('abort', interrupt);
  }
}

function running(
  host: DockerHost,
  image: ImageContainer,
  exited: Promise<number>,
  spec: StartSpec,
): RunningContainer & OwnContainer {
  // Whether anyone waits for it or not.
  exited.catch(() => undefined);
  const { id } = image;
  return {
    id,
    exited,
    ports: spec.ports,
    exec: (exec) => execInContainer(host, id, spec, exec),
    stop: async (graceMs) => {
      await signalContainer(host, id, spec.stopSignal ?? constants.signals.SIGTERM);
      const patience = new AbortController();
      const kill = sleep(graceMs, undefined, { signal: patience.signal }).then(() =>
        signalContainer(host, id, 'SIGKILL'),
      );
      kill.catch(() => undefined);
      return exited.finally(() => patience.abort());
    },
    [Symbol.asyncDispose]: async () => {
      await signalContainer(host, id, 'SIGKILL');
      await exited.catch(() => undefined);
      await image[Symbol.asyncDispose]();
    },
  };
}
