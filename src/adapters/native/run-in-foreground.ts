import type { Launch } from './container.ts';
import { forwardSignals } from './forward-signals.ts';
import type { Helper } from './helper.ts';
import { exitStatus, startCommand } from './run-command.ts';

/**
 * Runs a container with the caller's standard streams and signals. Returns its exit status.
 * @param stdin as `spawn` takes it
 * @param stopSignal see `forwardSignals`
 */
export async function runInForeground(
  launch: Launch,
  helper: Helper,
  stdin: 'inherit' | 'ignore',
  stopSignal?: number,
): Promise<number> {
  const child = startCommand(launch.argv, [stdin, 'inherit', 'inherit']);
  const stop = forwardSignals(child, launch, helper, stopSignal);
  try {
    return await exitStatus(child);
  } finally {
    stop();
  }
}
