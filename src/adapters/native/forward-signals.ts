import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { passSignals } from '../system/pass-signals.ts';
import type { Helper } from './helper.ts';
import { hasBegun } from './has-begun.ts';
import type { Launch } from './container.ts';

/**
 * Passes signals of this process on to what `nsenter` runs, until the returned function is called; those that come before it
 * runs, when it does. The third SIGINT or SIGTERM kills it with its helper.
 * @param launch what nsenter runs
 * @param stopSignal sent in the place of these two
 */
export function forwardSignals(
  nsenter: ChildProcess,
  launch: Pick<Launch, 'pid'>,
  helper: Helper,
  stopSignal?: number,
): () => void {
  let begun: Promise<boolean> | undefined;
  return passSignals({
    stopSignal,
    send: async (signal) => {
      begun ??= hasBegun(launch, nsenter);
      if (await begun) await signalChildren(nsenter.pid ?? 0, signal, helper);
    },
    kill: () => helper[Symbol.asyncDispose](),
  });
}

/** Signals what nsenter runs: it itself waits for its child and would die of the signal without passing it on. */
export async function signalChildren(
  pid: number,
  signal: NodeJS.Signals | number,
  helper: Helper,
): Promise<void> {
  // runc cannot pass on what it cannot catch.
  if (signal === constants.signals.SIGKILL) return helper[Symbol.asyncDispose]();
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter(Boolean)) {
    try {
      process.kill(Number(child), signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
