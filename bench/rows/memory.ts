import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../row.ts';

/** A large image must not need a large machine. */
export const memory: Row = {
  name: 'memory',
  work: 'peak memory, 2 GiB rootfs',
  against: '—',
  goal: 250,
  unit: 'MB',
  needs: [],
  measure: async (project) => {
    await project.addImage('large', {
      'build.conf': "IMAGE_PARENT='scratch'\n",
      // Sixteen files of 128 MiB that hardly compress, made the same way each time.
      'build.sh': [
        'finish_rootfs_build() {',
        '  local at',
        '  for at in {1..16}; do',
        '    openssl enc -aes-128-ctr -nosalt -pass "pass:${at}" -pbkdf2 -iter 1 -in /dev/zero 2>/dev/null |',
        '      head -c 128M > "${_ROOTFS}/file-${at}" || true',
        '  done',
        '}',
        '',
      ].join('\n'),
    });
    const running = project.start('build', '--force', 'bench/large');
    const peaks = [await residentPeakKb(running.pid)];
    // An ended process that nobody waited for has no VmHWM any more.
    for (let peak = 1; peak > 0; await sleep(50)) peaks.push((peak = await residentPeakKb(running.pid)));
    await running;
    return { value: (Math.max(...peaks) * 1024) / 1e6 };
  },
};

/** VmHWM of a process, proc_pid_status(5): the most it had resident so far. */
async function residentPeakKb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}
