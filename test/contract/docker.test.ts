import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/adapters/docker/client.ts';
import { createDockerEngine } from '../../src/adapters/docker/index.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import type { Session } from '../../src/ports/engine.ts';
import { compileSource } from '../support/compile-source.ts';
import { startDocker, startPodman, type DockerDaemon } from '../support/docker-daemon.ts';
import { requires } from '../support/requires.ts';
import { writeTinyRoot } from '../support/tiny-root.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { describeEngineContract, type EngineSetup } from './engine.contract.ts';

type DockerEngine = Awaited<ReturnType<typeof createDockerEngine>>;

/** What is in a daemon that a session has made. */
const leftovers = ({ docker }: DockerDaemon) => ({
  containers: docker(['ps', '--all', '--quiet']).toString(),
  volumes: docker(['volume', 'ls', '--quiet']).toString(),
  images: docker(['images', '--quiet', '--filter', 'dangling=true']).toString(),
});

const nothing = { containers: '', volumes: '', images: '' };

const openEngine = (
  name: 'docker' | 'podman',
  { socketPath }: DockerDaemon,
  dataDir: string,
  signal = new AbortController().signal,
): Promise<DockerEngine> => {
  const processDir = join(dataDir, 'tmp/process');
  mkdirSync(processDir, { recursive: true });
  return createDockerEngine({
    name,
    docker: connect({ kind: 'unix', socketPath }),
    dataDir,
    processDir,
    openTempDir: () => openTempDir(dataDir),
    signal,
    makeBase: () => Promise.reject(new Error('no tool of this host is asked for a base')),
  });
};

const setUpWith =
  (name: 'docker' | 'podman', start: (dir: string) => Promise<DockerDaemon>) =>
  async (dir: string): Promise<EngineSetup<DockerEngine>> => {
    // Apart from what tests hand to containers.
    const daemonDir = mkdtempSync(join(tmpdir(), 'kubler-daemon-'));
    const daemon = await start(daemonDir);
    const dataDir = join(dir, 'data');
    const open = (signal: AbortSignal) => openEngine(name, daemon, dataDir, signal);
    const close = async (): Promise<void> => {
      try {
        expect(leftovers(daemon)).toEqual(nothing);
      } finally {
        await daemon.stop();
        rmSync(daemonDir, { recursive: true, force: true });
      }
    };
    const engine = await open(new AbortController().signal);
    return { engine, open, close, mounts: 'for a container' };
  };

requires('root', 'dockerd')('the engine on Docker', () =>
  describeEngineContract('docker', setUpWith('docker', startDocker)),
);

requires(
  'root',
  'podman',
  'docker',
)('the engine on Podman', () => describeEngineContract('podman', setUpWith('podman', startPodman)));

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

  it('is cleared of what a killed process left in it', async () => {
    compileSource(join(dir, 'code'));
    const main = join(dir, 'code/main.js');
    writeFileSync(
      main,
      `import { createDockerEngine } from './src/adapters/docker/index.js';
       import { connect } from './src/adapters/docker/client.js';
       const [dataDir, socketPath, spec] = process.argv.slice(2);
       const engine = await createDockerEngine({ name: 'docker', docker: connect({ kind: 'unix', socketPath }),
         dataDir, processDir: dataDir, signal: new AbortController().signal });
       const session = await engine.open(JSON.parse(spec));
       await session.exec({ root: 'target', argv: ['sh', '-c', 'echo up; sleep 1000'], log: console.log });`,
    );
    const args = [main, dataDir, daemon.socketPath, JSON.stringify(spec)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(leftovers(daemon).containers).not.toBe('');
    await openEngine('docker', daemon, dataDir);
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
