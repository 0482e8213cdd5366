import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Docker daemon of one test. */
export interface DockerDaemon {
  /** Runs the Docker client with BuildKit and returns what it prints. */
  readonly docker: (args: readonly string[], input?: Uint8Array) => Buffer;
  readonly stop: () => Promise<void>;
}

/** Debian's client has BuildKit in it; others need a plugin for it. */
const client = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker';

/** Starts a daemon that has everything below `dir`, no network of its own, and leaves the host's rules alone. */
export async function startDocker(dir: string): Promise<DockerDaemon> {
  mkdirSync(dir, { recursive: true });
  const socket = `unix://${join(dir, 'socket')}`;
  const places = ['data-root', 'exec-root', 'pidfile'].map((name) => `--${name}=${join(dir, name)}`);
  const network = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
  const daemon = spawn('dockerd', [...places, ...network, `--host=${socket}`], { stdio: 'ignore' });
  const docker = (args: readonly string[], input?: Uint8Array): Buffer =>
    execFileSync(client, ['--host', socket, ...args], {
      env: { ...process.env, DOCKER_BUILDKIT: '1' },
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input && { input }),
    });
  const stop = async (): Promise<void> => {
    if (daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  };
  for (let tries = 0; tries < 150; tries += 1) {
    try {
      docker(['info']);
      return { docker, stop };
    } catch {
      if (daemon.exitCode !== null) break;
      await sleep(200);
    }
  }
  await stop();
  throw new Error('dockerd does not answer');
}
