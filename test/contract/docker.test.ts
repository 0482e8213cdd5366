import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '../../src/adapters/docker/client.ts';
import { createDockerEngine } from '../../src/adapters/docker/index.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import { startDocker, startPodman, type DockerDaemon } from '../support/docker-daemon.ts';
import { requires } from '../support/requires.ts';
import { describeEngineContract, type EngineSetup } from './engine.contract.ts';

type DockerEngine = Awaited<ReturnType<typeof createDockerEngine>>;

/** What is in a daemon that a session has made. */
const leftovers = ({ docker }: DockerDaemon) => ({
  containers: docker(['ps', '--all', '--quiet']).toString(),
  volumes: docker(['volume', 'ls', '--quiet']).toString(),
  images: docker(['images', '--quiet', '--filter', 'dangling=true']).toString(),
});

const setUpWith =
  (name: 'docker' | 'podman', start: (dir: string) => Promise<DockerDaemon>) =>
  async (dir: string): Promise<EngineSetup<DockerEngine>> => {
    // Apart from what tests hand to containers.
    const daemonDir = mkdtempSync(join(tmpdir(), 'kubler-daemon-'));
    const daemon = await start(daemonDir);
    const dataDir = join(dir, 'data');
    const processDir = join(dataDir, 'tmp/process');
    mkdirSync(processDir, { recursive: true });
    const open = (signal: AbortSignal) =>
      createDockerEngine({
        name,
        docker: connect({ kind: 'unix', socketPath: daemon.socketPath }),
        dataDir,
        processDir,
        openTempDir: () => openTempDir(dataDir),
        signal,
        makeBase: () => Promise.reject(new Error('no tool of this host is asked for a base')),
      });
    const close = async (): Promise<void> => {
      try {
        expect(leftovers(daemon)).toEqual({ containers: '', volumes: '', images: '' });
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
