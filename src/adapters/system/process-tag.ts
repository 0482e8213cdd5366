import { readFile } from 'node:fs/promises';

/**
 * `<pid>-<start time>` of this process: names its temporary files and locks, and unlike a bare process id is
 * never used again while the machine runs. Start time in clock ticks since boot, field 22 of proc_pid_stat(5).
 */
export async function processTag(): Promise<string> {
  return `${process.pid}-${(await startTime('self')) ?? '0'}`;
}

/** True while the process that `processTag` named runs. Text that is no tag names no process. */
export async function isRunning(tag: string): Promise<boolean> {
  const [, pid, started] = /^(\d+)-(\d+)$/.exec(tag) ?? [];
  return pid !== undefined && (await startTime(pid)) === started;
}

/**
 * Undefined for a process that is gone or a zombie. The program's name, field 2, may hold spaces and parentheses:
 * fields are counted from the last `)`.
 */
async function startTime(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? undefined : fields?.[19];
}
