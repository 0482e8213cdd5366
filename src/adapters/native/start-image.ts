import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningContainer, StartSpec } from '../../ports/engine.ts';
import { notStarted } from './container.ts';
import { execInContainer } from './exec-in-container.ts';
import { signalChildren } from './forward-signals.ts';
import { hasBegun } from './has-begun.ts';
import { openImageContainer, type ImageContainer } from './image-container.ts';
import { throwIfAborted } from './interruption.ts';
import { attend, startCommand } from './run-command.ts';
import type { NativeHost } from './snapshot-store.ts';

/** Starts an image; see `Engine.start`. */
export async function startImage(host: NativeHost, spec: StartSpec): Promise<RunningContainer> {
  const image = await openImageContainer(host, { ...spec, interactive: false, tty: false }, host.signal);
  try {
    const input = spec.stdin === undefined ? 'ignore' : 'pipe';
    const child = startCommand(image.container.argv, [input, 'pipe', 'pipe']);
    const exited = finish(image, child, spec);
    await hasBegun(image.container, child);
    throwIfAborted(host.signal, `run "${spec.argv[0] ?? ''}"`);
    const reason = await image.container.refusal();
    if (reason !== undefined) {
      // It may have begun, and a log that takes no more have ended it with all traces.
      await exited;
      throw notStarted(spec.argv, reason);
    }
    return running(host, image, child, exited, spec.stopSignal);
  } catch (error) {
    await image[Symbol.asyncDispose]();
    throw error;
  }
}

/** Exit status once all output is taken; what cannot take it ends the container. */
function finish({ helper }: ImageContainer, child: ChildProcess, { stdin, log }: StartSpec): Promise<number> {
  const options = stdin === undefined ? { log } : { stdin, log };
  const exited = attend(child, options).then(
    ({ exitCode }) => exitCode,
    async (error: unknown) => {
      await helper[Symbol.asyncDispose]();
      throw error;
    },
  );
  // Whether anyone waits for it or not.
  exited.catch(() => undefined);
  return exited;
}

function running(
  host: NativeHost,
  image: ImageContainer,
  child: ChildProcess,
  exited: Promise<number>,
  stopSignal: number = constants.signals.SIGTERM,
): RunningContainer {
  const dispose = () => image[Symbol.asyncDispose]();
  return {
    exited,
    ports: image.ports,
    exec: (spec) => execInContainer(host, image, spec),
    stop: async (graceMs) => {
      await signalChildren(child.pid ?? 0, stopSignal, image.helper);
      const patience = new AbortController();
      const kill = sleep(graceMs, undefined, { signal: patience.signal }).then(() =>
        image.helper[Symbol.asyncDispose](),
      );
      kill.catch(() => undefined);
      return exited.finally(() => patience.abort());
    },
    [Symbol.asyncDispose]: dispose,
  };
}
