import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { holderPrograms } from '../../../../src/adapters/docker/holder-program.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

describe('holderPrograms', () => {
  const dir = useTempDir();
  const { hold, killAll } = holderPrograms(process.arch === 'x64' ? 'x86_64' : 'aarch64');
  const write = (name: string, program: Buffer): string => {
    const file = join(dir, name);
    writeFileSync(file, program, { mode: 0o755 });
    return file;
  };

  it('refuses machines it has no program for, by name', () => {
    expect(() => holderPrograms('riscv64')).toThrow('riscv64');
  });

  it.each(['x86_64', 'aarch64'])('has a program of two segments at most for %s', (architecture) => {
    const { hold: program } = holderPrograms(architecture);
    expect(program.subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(program.length).toBeLessThan(512);
  });

  it('holds: ignores the end of children and waits until it is killed', async () => {
    const child = spawn(write('hold', hold), { stdio: 'ignore' });
    await once(child, 'spawn');
    const status = (): string => readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
    // SIGCHLD is 17, and bit 16 of the mask of ignored signals (proc_pid_status(5)).
    const ignores = (): boolean =>
      ((BigInt(`0x${/^SigIgn:\s+([0-9a-f]+)$/m.exec(status())?.[1] ?? '0'}`) >> 16n) & 1n) === 1n;
    for (let tries = 0; tries < 200 && !ignores(); tries += 1) await sleep(20);
    expect(ignores()).toBe(true);
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  });

  const canUnshare =
    spawnSync('unshare', ['--user', '--map-root-user', '--pid', '--fork', 'true']).status === 0;

  it.skipIf(!canUnshare)('kills all in its PID namespace but itself and the first', () => {
    const script = `sleep 1000 & other=$!; ${write('kill-all', killAll)}; echo status $?; wait $other; echo other $?`;
    const unshare = ['--user', '--map-root-user', '--pid', '--fork', 'sh', '-c', script];
    expect(spawnSync('unshare', unshare, { encoding: 'utf8' }).stdout).toBe('status 0\nother 137\n');
  });
});
