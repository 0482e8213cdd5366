import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HealthReport, RunSpec, Session } from '../../src/ports/engine.ts';
import { compileSource } from '../support/compile-source.ts';
import { startDocker, type DockerDaemon } from '../support/docker-daemon.ts';
import { leftovers, nothing, openEngine } from '../support/docker-engine.ts';
import { makeLayerBlob } from '../support/make-layer-blob.ts';
import { requires } from '../support/requires.ts';
import { writeTinyRoot } from '../support/tiny-root.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

requires('root', 'dockerd')('a Docker daemon', () => {
  const dir = useTempDir();
  const daemonDir = join(dir, 'daemon');
  const dataDir = join(dir, 'data');
  const base = '3'.repeat(64);
  const source = { kind: 'tarball', hostFile: join(dir, 'base.tar') } as const;
  const spec = { builder: base, target: base, inputs: [], env: {} };
  let daemon: DockerDaemon;

  beforeAll(async () => {
    writeTinyRoot(source.hostFile);
    compileSource(join(dir, 'code'));
    mkdirSync(daemonDir);
    // So small that it can be filled.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', daemonDir]);
    daemon = await startDocker(daemonDir);
    const engine = await openEngine('docker', daemon, dataDir);
    await engine.bootstrap({ id: base, log: () => undefined, source });
  });
  afterAll(async () => {
    await daemon.stop();
    spawnSync('umount', [daemonDir]);
  });

  const run = (session: Session, script: string, log: (line: string) => void = () => undefined) =>
    session.exec({ root: 'target', argv: ['sh', '-c', script], log });

  const runner = `import { createDockerEngine } from './src/adapters/docker/index.js';
    import { connect } from './src/adapters/docker/client.js';
    const [dataDir, socketPath, spec] = process.argv.slice(2);
    const engine = await createDockerEngine({ name: 'docker', docker: connect({ kind: 'unix', socketPath }),
      dataDir, processDir: dataDir, signal: new AbortController().signal });
    process.exit(await engine.run(JSON.parse(spec)));`;

  const runSpec = (script: string, extra: Partial<RunSpec> = {}): RunSpec => ({
    layers: [makeLayerBlob(dir, `tar xf ${source.hostFile}; cp "$(command -v busybox)" bin/stty`)],
    ...{ argv: ['sh', '-c', script], env: ['PATH=/bin', 'GREETING=hello'], cwd: '/tmp' },
    ...{ uid: 0, gid: 0, additionalGids: [], hostname: 'demo', mounts: [], ports: [] },
    ...{ readOnly: false, capabilities: 'default', network: 'host', interactive: true, tty: false },
    ...extra,
  });

  /** The command of a process that runs an image with its standard streams. */
  const runImage = (script: string, extra: Partial<RunSpec> = {}): readonly string[] => {
    const main = join(dir, 'code/run.js');
    writeFileSync(main, runner);
    const spec = JSON.stringify(runSpec(script, extra));
    return [process.execPath, main, dataDir, daemon.socketPath, spec];
  };

  it('runs an image with the streams and the exit status of its caller', () => {
    const [command = '', ...args] = runImage('cat; echo "$GREETING"; pwd; hostname; echo bad >&2; exit 42');
    const { status, stdout, stderr } = spawnSync(command, args, { input: 'from stdin\n', encoding: 'utf8' });
    expect({ status, stdout, stderr }).toEqual({
      ...{ status: 42, stdout: 'from stdin\nhello\n/tmp\ndemo\n', stderr: 'bad\n' },
    });
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('passes signals on to the image that runs, and kills it at the third', async () => {
    const trap = 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
    const [command = '', ...args] = runImage(trap, { interactive: false });
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await text(child.stdout)).toBe('term\n');
    const [, ...deaf] = runImage('echo ready; exec sleep 7781', { interactive: false });
    const other = spawn(command, deaf, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(other, 'exit');
    await once(other.stdout, 'data');
    for (let count = 0; count < 3; count += 1) {
      other.kill('SIGINT');
      await sleep(100);
    }
    expect(await ended).toEqual([137, null]);
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('gives an image the terminal of its caller, with its size', async () => {
    const sized = 'until [ "$(stty size 2>/dev/null)" = "33 77" ]; do sleep 0.05; done';
    const script = `test -t 0 && test -t 1 && read -r line && echo "$line $TERM"; ${sized}; exit 3`;
    const argv = runImage(script, { tty: true }).map((each) => `'${each.replaceAll("'", `'\\''`)}'`);
    const shell = `stty rows 33 cols 77; ${argv.join(' ')}; echo status $?`;
    const terminal = spawn('script', ['--quiet', '--echo', 'never', '--command', shell, '/dev/null']);
    // Its end would be a Ctrl-D at the terminal.
    terminal.stdin.write('typed\n');
    expect(await text(terminal.stdout)).toMatch(/typed xterm\r+\nstatus 3\r\n$/);
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('asks a container itself how it is, and tells each answer', async () => {
    const engine = await openEngine('docker', daemon, dataDir);
    const flapping = 'echo asked; mkdir /dev/shm/well 2>/dev/null || ! rmdir /dev/shm/well';
    await using container = await engine.start({
      ...runSpec('sleep 1000', { interactive: false, network: 'none' }),
      health: { argv: ['sh', '-c', flapping], intervalMs: 300, timeoutMs: 5000 },
      log: () => undefined,
    });
    const heard: HealthReport[] = [];
    for await (const report of container.health ?? []) if (heard.push(report) === 4) break;
    expect(heard.map(({ exitCode, output }) => `${exitCode} ${output}`)).toEqual(
      [0, 1, 0, 1].map((status) => `${status} asked\n`),
    );
    const [id = ''] = daemon.docker(['ps', '--quiet', '--no-trunc']).toString().split('\n');
    const state = ['inspect', '--format', '{{.State.Health.Status}}', id];
    expect(daemon.docker(state).toString()).toMatch(/^(un)?healthy\n$/);
    const rest = container.health?.[Symbol.asyncIterator]().next();
    await container.stop(0);
    expect(await rest).toMatchObject({ done: true });
  });

  it('that has other files is sent what is only read, and refuses to mount the rest', async () => {
    const elsewhere = () =>
      Promise.resolve({ path: join(dir, 'of-this-machine'), [Symbol.asyncDispose]: async () => {} });
    const engine = await openEngine('docker', daemon, dataDir, undefined, elsewhere);
    writeFileSync(join(dir, 'given'), 'given');
    const mounts = [{ hostPath: join(dir, 'given'), containerPath: '/etc/given', readOnly: true }];
    {
      await using session = await engine.open({ ...spec, options: { mounts } });
      const argv = ['sh', '-c', 'cat /etc/given; ! echo x > /etc/given'] as const;
      const run = { root: 'builder', argv, stdout: 'capture', log: () => undefined } as const;
      expect(await session.exec(run)).toEqual({ exitCode: 0, stdout: 'given' });
    }
    const options = { mounts: mounts.map((mount) => ({ ...mount, readOnly: false })) };
    await expect(engine.open({ ...spec, options })).rejects.toMatchObject({
      ...{ code: 'USAGE_INVALID', hint: expect.stringContaining(':ro') as unknown },
    });
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('whose disk is full is said to be, and nothing is left behind', async () => {
    const engine = await openEngine('docker', daemon, dataDir);
    {
      await using session = await engine.open(spec);
      expect((await run(session, 'head -c 90000000 /dev/urandom > /large')).exitCode).toBe(0);
      await expect(session.commit('target', '4'.repeat(64))).rejects.toMatchObject({
        code: 'HOST_WRITE_FAILED',
      });
    }
    expect(leftovers(daemon)).toEqual(nothing);
    expect(await engine.hasSnapshot('4'.repeat(64))).toBe(false);
    await using session = await engine.open(spec);
    expect((await run(session, 'true')).exitCode).toBe(0);
  });

  /** A process that opens a session and goes on with `code`. */
  const startSession = (code: string) => {
    const main = join(dir, 'code/main.js');
    writeFileSync(
      main,
      `import { createDockerEngine } from './src/adapters/docker/index.js';
       import { connect } from './src/adapters/docker/client.js';
       import { openTempDir } from './src/adapters/system/temp-dir.js';
       const [dataDir, socketPath, spec] = process.argv.slice(2);
       const engine = await createDockerEngine({ name: 'docker', docker: connect({ kind: 'unix', socketPath }),
         dataDir, processDir: dataDir, signal: new AbortController().signal, openTempDir: () => openTempDir(dataDir) });
       const session = await engine.open(JSON.parse(spec));
       const run = (root, script) => session.exec({ root, argv: ['sh', '-c', script], log: console.log });
       ${code}`,
    );
    const args = [main, dataDir, daemon.socketPath, JSON.stringify(spec)];
    return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  };

  it('is cleared of what a killed process left in it', async () => {
    const child = startSession("await run('target', 'echo up; sleep 1000');");
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(leftovers(daemon).containers).not.toBe('');
    await openEngine('docker', daemon, dataDir);
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('keeps containers for people, until others of the name are kept, or garbage is collected', async () => {
    const kept = async (content: string): Promise<readonly string[]> => {
      const child =
        startSession(`await run('target', 'echo ${content} > /made'); await run('builder', 'touch /own');
        console.log(JSON.stringify([...await session.keep('a-x')])); await session[Symbol.asyncDispose]();`);
      const commands = new Map(JSON.parse(await text(child.stdout)) as [string, string][]);
      expect([...commands.keys()]).toEqual(['builder', 'target']);
      return ['builder', 'target'].map((root) => commands.get(root)?.split(' ')[3] ?? '');
    };
    const run = (name: string, script: string) =>
      daemon.docker(['exec', name, 'sh', '-ec', script]).toString();
    const [former = ''] = await kept('before');
    const [builder = '', target = ''] = await kept('now');
    const engine = await openEngine('docker', daemon, dataDir);
    expect(() => run(former, 'true')).toThrow(/No such container/);
    expect(run(builder, 'cat /own /emerge-root/made')).toBe('now\n');
    expect(run(target, 'cat /made')).toBe('now\n');
    const garbage = { snapshots: new Set([base]), layers: new Set<never>(), writtenBefore: Date.now() };
    const names = { kept: [builder, target] };
    expect(await engine.collectGarbage({ ...garbage, dryRun: true })).toMatchObject(names);
    expect(await engine.collectGarbage({ ...garbage, dryRun: false })).toMatchObject(names);
    expect(leftovers(daemon)).toEqual(nothing);
  });

  it('that is killed ends the command that runs, and the next one starts again', async () => {
    const engine = await openEngine('docker', daemon, dataDir);
    {
      await using session = await engine.open(spec);
      await expect(run(session, 'echo up; sleep 1000', () => daemon.kill())).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
      });
      await expect(engine.hasSnapshot(base)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
    }
    daemon = await startDocker(daemonDir);
    const again = await openEngine('docker', daemon, dataDir);
    await using session = await again.open(spec);
    expect((await run(session, 'true')).exitCode).toBe(0);
  });
});
