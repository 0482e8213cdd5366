import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Helper } from './helper.ts';
import { hasBegun } from './has-begun.ts';
import type { Launch } from './container.ts';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
/** So many requests to end are no longer asked for politely: a first process may ignore them. */
const patience = 3;

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
  let asked = 0;
  let begun: Promise<boolean> | undefined;
  const pass = async (signal: NodeJS.Signals): Promise<void> => {
    const isRequest = signal === 'SIGINT' || signal === 'SIGTERM';
    if (isRequest) asked += 1;
    if (asked >= patience) return helper[Symbol.asyncDispose]();
    begun ??= hasBegun(launch, nsenter);
    if (await begun)
      await signalChildren(nsenter.pid ?? 0, (isRequest ? stopSignal : undefined) ?? signal, helper);
  };
  const listener = (signal: NodeJS.Signals): void => void pass(signal);
  for (const signal of forwarded) process.on(signal, listener);
  return () => {
    for (const signal of forwarded) process.off(signal, listener);
  };
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
