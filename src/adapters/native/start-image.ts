import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningContainer, RunSpec } from '../../ports/engine.ts';
import { collectOutput } from '../system/collect-output.ts';
import { notStarted } from './container.ts';
import { execInContainer } from './exec-in-container.ts';
import { signalChildren } from './forward-signals.ts';
import { hasBegun } from './has-begun.ts';
import { openImageContainer, type ImageContainer } from './image-container.ts';
import { throwIfAborted } from './interruption.ts';
import { exitStatus, startCommand } from './run-command.ts';
import type { NativeHost } from './snapshot-store.ts';

/** Starts an image; see `Engine.start`. */
export async function startImage(
  host: NativeHost,
  spec: RunSpec & { readonly log: (line: string) => void },
): Promise<RunningContainer> {
  const image = await openImageContainer(host, { ...spec, interactive: false, tty: false }, host.signal);
  try {
    const child = startCommand(image.container.argv, ['ignore', 'pipe', 'pipe']);
    const exited = exitStatus(child);
    for (const stream of [child.stdout, child.stderr])
      if (stream) collectOutput(stream, spec.log).catch(() => undefined);
    await hasBegun(image.container, child);
    throwIfAborted(host.signal, `run "${spec.argv[0] ?? ''}"`);
    const reason = await image.container.refusal();
    if (reason !== undefined) throw notStarted(spec.argv, reason);
    return running(host, image, child, exited, spec.stopSignal);
  } catch (error) {
    await image[Symbol.asyncDispose]();
    throw error;
  }
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
