import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Helper } from './helper.ts';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
/** So many requests to end are no longer asked for politely: a first process may ignore them. */
const patience = 3;

/**
 * Passes signals of this process on to what `nsenter` runs, until the returned function is called. The third SIGINT or SIGTERM kills it
 * with its helper.
 */
export function forwardSignals(nsenter: ChildProcess, helper: Helper): () => void {
  let asked = 0;
  const pass = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' || signal === 'SIGTERM') asked += 1;
    if (asked >= patience) void helper[Symbol.asyncDispose]();
    else void signalChildren(nsenter.pid ?? 0, signal);
  };
  for (const signal of forwarded) process.on(signal, pass);
  return () => {
    for (const signal of forwarded) process.off(signal, pass);
  };
}

/** Signals what nsenter runs: it itself waits for its child and would die of the signal without passing it on. */
export async function signalChildren(pid: number, signal: NodeJS.Signals): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  for (const child of children.split(' ').filter(Boolean)) {
    try {
      process.kill(Number(child), signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}
