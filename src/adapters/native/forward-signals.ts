import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
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

/**
 * Signals what nsenter runs: it itself waits for its child and would die of the signal without passing it on.
 * @param signal a number is for the container's process, whatever it is
 */
export async function signalChildren(
  pid: number,
  signal: NodeJS.Signals | number,
  helper: Helper,
): Promise<void> {
  // runc cannot pass on what it cannot catch.
  if (signal === constants.signals.SIGKILL) return helper[Symbol.asyncDispose]();
  const runc = await childrenOf(pid);
  // runc takes it for a new size of its terminal and passes it to nobody.
  const isForChild = signal === constants.signals.SIGWINCH;
  const takers = isForChild ? (await Promise.all(runc.map(childrenOf))).flat() : runc;
  for (const taker of takers) {
    try {
      process.kill(taker, signal);
    } catch {
      // It has ended meanwhile.
    }
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = `/proc/${pid}/task`;
  const threads = await readdir(tasks).catch(() => []);
  const lists = threads.map((thread) => readFile(`${tasks}/${thread}/children`, 'utf8').catch(() => ''));
  return (await Promise.all(lists)).join('').split(' ').filter(Boolean).map(Number);
}
