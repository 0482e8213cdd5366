import { readFile } from 'node:fs/promises';
import type { Ulimit } from './host.ts';

/** Name, title in /proc/self/limits, and what Podman's service may lower its own to before it starts anything. */
const limits = [
  ['nofile', 'Max open files', Infinity],
  ['nproc', 'Max processes', 32_768],
] as const;

/**
 * The limits of this process that a container must not pass: Podman asks for more by itself, and without
 * CAP_SYS_RESOURCE the kernel says no. Those that are unlimited are left out (proc_pid_limits(5)).
 */
export async function ownUlimits(): Promise<readonly Ulimit[]> {
  const text = await readFile('/proc/self/limits', 'utf8');
  return limits.flatMap(([Name, title, most]) => {
    const [, hard] = new RegExp(`^${title} +\\w+ +(\\d+)`, 'm').exec(text) ?? [];
    const value = Math.min(Number(hard), most);
    return hard === undefined ? [] : [{ Name, Soft: value, Hard: value }];
  });
}
