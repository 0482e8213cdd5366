import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../../../src/adapters/native/run-command.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();

it('reports status and signal', async () => {
  expect((await runCommand({ argv: ['sh', '-c', 'exit 7'] })).exitCode).toBe(7);
  expect((await runCommand({ argv: ['sh', '-c', 'kill -TERM $$'] })).exitCode).toBe(143);
});

it('rejects when the command is not there', async () => {
  await expect(runCommand({ argv: ['no-such-command'] })).rejects.toMatchObject({
    code: 'HOST_MISSING_TOOL',
  });
});

it('writes to a host file while errors are logged', async () => {
  const log: string[] = [];
  const hostFile = join(dir, 'out');
  const argv = ['sh', '-c', 'echo out; echo err >&2'] as const;
  const result = await runCommand({ argv, stdout: { hostFile }, log: (line) => log.push(line) });
  expect([result, log, await readFile(hostFile, 'utf8')]).toEqual([
    { exitCode: 0, stdout: '' },
    ['err'],
    'out\n',
  ]);
});

it('feeds chunks, even to a command that stops reading', async () => {
  const chunks = async function* () {
    for (let count = 0; count < 100; count += 1) yield await Promise.resolve(Buffer.alloc(65_536, 'x'));
  };
  expect((await runCommand({ argv: ['wc', '-c'], stdin: chunks(), stdout: 'capture' })).stdout.trim()).toBe(
    '6553600',
  );
  expect((await runCommand({ argv: ['head', '-c', '1'], stdin: chunks(), stdout: 'capture' })).stdout).toBe(
    'x',
  );
});

it('fails with the source of its input', async () => {
  const chunks = async function* () {
    yield await Promise.resolve(Buffer.from('x'));
    throw new Error('the source broke');
  };
  await expect(runCommand({ argv: ['cat'], stdin: chunks() })).rejects.toThrow('the source broke');
});

it('passes nothing of this process on but a PATH', async () => {
  const { stdout } = await runCommand({ argv: ['env'], env: { GIVEN: 'x' }, stdout: 'capture' });
  expect(stdout).toContain('GIVEN=x\n');
  expect(stdout).not.toContain('VITEST');
});
