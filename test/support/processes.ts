import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface FoundProcess {
  readonly pid: number;
  /** The command line, with spaces between its words. */
  readonly line: string;
}

const pids = (): readonly number[] => readdirSync('/proc').filter(isNumber).map(Number);
const isNumber = (name: string): boolean => /^\d+$/.test(name);

/** Processes that name a folder in their command line, or see something mounted in it; zombies are none. */
export function processesAt(dir: string): readonly FoundProcess[] {
  return pids().flatMap((pid) => {
    const line = commandLine(pid);
    return line !== '' && (line.includes(dir) || read(pid, 'mountinfo').includes(dir)) ? [{ pid, line }] : [];
  });
}

/** What a process has started, and what that has, as far as it runs. */
export function descendants(pid: number): readonly FoundProcess[] {
  const parents = new Map(pids().map((each) => [each, parentOf(each)]));
  const below = (of: number): readonly number[] =>
    [...parents].flatMap(([child, parent]) => (parent === of ? [child, ...below(child)] : []));
  return below(pid).map((each) => ({ pid: each, line: commandLine(each) }));
}

/** Waits until no process is left at a folder, half a minute at most; returns those that are. */
export async function awaitNoProcess(dir: string): Promise<readonly FoundProcess[]> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (processesAt(dir).length === 0) return [];
    await sleep(100);
  }
  return processesAt(dir);
}

const commandLine = (pid: number): string => read(pid, 'cmdline').replaceAll('\0', ' ').trim();
/** Field 4 of proc_pid_stat(5); the name before it may hold anything. */
const parentOf = (pid: number): number => {
  const stat = read(pid, 'stat');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
};

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
