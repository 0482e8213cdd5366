import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connect } from '../../src/adapters/docker/client.ts';
import { createDockerEngine } from '../../src/adapters/docker/index.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import type { Engine } from '../../src/ports/engine.ts';
import type { EngineSetup } from '../contract/engine.contract.ts';
import type { DockerDaemon } from './docker-daemon.ts';

/** What is in a daemon that a session has made. */
export const leftovers = ({ docker }: DockerDaemon) => ({
  containers: docker(['ps', '--all', '--quiet']).toString(),
  volumes: docker(['volume', 'ls', '--quiet']).toString(),
  images: docker(['images', '--quiet', '--filter', 'dangling=true']).toString(),
});

export const nothing = { containers: '', volumes: '', images: '' };

/** The engine on a daemon that a test has started. */
export const openEngine = (
  name: 'docker' | 'podman',
  { socketPath }: DockerDaemon,
  dataDir: string,
  signal = new AbortController().signal,
  openScratch = () => openTempDir(dataDir),
): Promise<Engine> => {
  const processDir = join(dataDir, 'tmp/process');
  mkdirSync(processDir, { recursive: true });
  return createDockerEngine({
    name,
    docker: connect({ kind: 'unix', socketPath }),
    dataDir,
    processDir,
    openTempDir: openScratch,
    signal,
    findBaseLacks: () => Promise.resolve([]),
    makeBase: () => Promise.reject(new Error('no tool of this host is asked for a base')),
  });
};

/** What contract suites take: the engine on a daemon of its own, that must be empty at the end. */
export const setUpWith =
  (name: 'docker' | 'podman', start: (dir: string) => Promise<DockerDaemon>) =>
  async (dir: string): Promise<EngineSetup> => {
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
    return {
      ...{ engine, open, close, mounts: 'for a container' },
      lacks: [
        // Podman's needs rules of the host.
        ...(name === 'podman' ? (['a published network'] as const) : []),
        // They come from /etc/group of the image.
        'groups of a command',
        // By its API for Docker, Podman makes folders in memory for /run, /tmp and /var/tmp.
        ...(name === 'podman' ? (['a read-only /tmp'] as const) : []),
      ],
    };
  };
