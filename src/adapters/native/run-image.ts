import type { Port, RunSpec } from '../../ports/engine.ts';
import { notStarted } from './container.ts';
import { openImageContainer } from './image-container.ts';
import { throwIfAborted } from './interruption.ts';
import { runInForeground } from './run-in-foreground.ts';
import type { NativeHost } from './snapshot-store.ts';

/**
 * Runs an image with the caller's standard streams and on a root that is thrown away; see `Engine.run`. Signals sent
 * to Kubler go to the image's process, so an abort ends nothing by itself here.
 */
export async function runImage(
  host: NativeHost,
  spec: RunSpec,
  published: (ports: readonly Port[]) => void = () => undefined,
): Promise<number> {
  await using image = await openImageContainer(host, spec);
  // From here on they go to the image's process.
  throwIfAborted(host.signal, `run "${spec.argv[0] ?? ''}"`);
  published(image.ports);
  const exitCode = await runInForeground(
    image.container,
    image.helper,
    spec.interactive || spec.tty ? 'inherit' : 'ignore',
    spec.stopSignal,
  );
  const reason = exitCode === 0 ? undefined : await image.container.refusal();
  if (reason !== undefined) throw notStarted(spec.argv, reason);
  return exitCode;
}
