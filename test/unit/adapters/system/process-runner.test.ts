import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProcessRunner } from '../../../../src/adapters/system/process-runner.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-runner-'));
});
afterEach(() => rm(dir, { recursive: true }));

const runner = (path?: string) =>
  createProcessRunner({ signal: new AbortController().signal, ...(path === undefined ? {} : { path }) });

test('a failing command is a result with its output', async () => {
  const result = await runner().run({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'] });
  expect(result).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('a signal becomes 128 + its number', async () => {
  expect((await runner().run({ argv: ['sh', '-c', 'kill -9 $$'] })).exitCode).toBe(137);
});

test('only a minimal environment and what is given is passed on', async () => {
  process.env['KUBLER_TEST_SECRET'] = 'x';
  const { stdout } = await runner().run({ argv: ['env'], env: { A: 'b', LC_ALL: 'C' } });
  delete process.env['KUBLER_TEST_SECRET'];
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.sort()).toEqual(['A', 'HOME', 'LC_ALL', 'PATH']);
  expect(stdout).toContain('LC_ALL=C\n');
});

test('standard input is what is given, and empty otherwise', async () => {
  expect((await runner().run({ argv: ['cat'], stdin: 'hé' })).stdout).toBe('hé');
  expect((await runner().run({ argv: ['cat'] })).stdout).toBe('');
});

test('each line of both streams is logged, the last without its end too', async () => {
  const lines: string[] = [];
  await runner().run({
    argv: ['sh', '-c', 'printf "a\\n\\nb"; sleep 0.1; echo c >&2'],
    log: (line) => lines.push(line),
  });
  expect(lines.sort()).toEqual(['', 'a', 'b', 'c']);
});

test('a command that is not there is named', async () => {
  await expect(runner().run({ argv: ['no-such-command-here'] })).rejects.toMatchObject({
    code: 'HOST_MISSING_TOOL',
    message: 'cannot run "no-such-command-here": it is not installed',
  });
});

test('a folder that is not there is not taken for a missing command', async () => {
  await expect(runner().run({ argv: ['true'], cwd: join(dir, 'none') })).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
  });
});

test('which finds commands in the given folders first, in sbin too, and skips what cannot be run', async () => {
  await writeFile(join(dir, 'true'), '#!/bin/sh\n');
  expect(await runner(dir).which('true')).not.toBe(join(dir, 'true'));
  await chmod(join(dir, 'true'), 0o755);
  expect(await runner(dir).which('true')).toBe(join(dir, 'true'));
  expect(await runner('/nowhere').which('ldconfig')).toMatch(/sbin\/ldconfig$/);
  expect(await runner().which('no-such-command-here')).toBeUndefined();
});

test('an abort ends the command and what it started', async () => {
  const controller = new AbortController();
  const started = performance.now();
  const pidFile = join(dir, 'pid');
  const run = createProcessRunner({ signal: controller.signal }).run({
    argv: ['sh', '-c', `sleep 30 & echo $! >${pidFile}; sleep 30`],
    log: () => undefined,
  });
  setTimeout(() => controller.abort(), 300);
  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(performance.now() - started).toBeLessThan(10_000);
  const child = Number(await readFile(pidFile, 'utf8'));
  await expect.poll(() => isRunningPid(child)).toBe(false);
});

test('nothing is started after an abort', async () => {
  const run = createProcessRunner({ signal: AbortSignal.abort() }).run({ argv: ['touch', join(dir, 'x')] });
  await expect(run).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(await readdir(dir)).toEqual([]);
});

/** False for a zombie, too. */
const isRunningPid = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, 'utf8').then(
    (stat) => !stat.includes(') Z '),
    () => false,
  );

test('characters split between two reads arrive whole', async () => {
  const { stdout } = await runner().run({
    argv: ['sh', '-c', String.raw`printf '\303'; sleep 0.1; printf '\251'`],
  });
  expect(stdout).toBe('é');
});
