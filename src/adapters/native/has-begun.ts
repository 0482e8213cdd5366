import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launch } from './container.ts';

const pollMs = 5;

/** Resolves with true when the command runs, with false when `child`, which starts it, has ended before. */
export async function hasBegun(launch: Pick<Launch, 'pid'>, child: ChildProcess): Promise<boolean> {
  while ((await launch.pid()) === undefined) {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return false;
    await sleep(pollMs);
  }
  return true;
}
