import type { ToolsSpec } from '../../ports/debugger.ts';
import { passSignals } from '../system/pass-signals.ts';
import { buildCapabilities } from './capabilities.ts';
import { converse, type Talk } from './converse.ts';
import type { DockerHost } from './host.ts';
import { startAttached } from './image-container.ts';
import { newSession } from './labels.ts';
import { signalContainer } from './read-container.ts';
import { apiPath, request } from './request.ts';

/** Runs a command beside a container; see `Debugger.runBeside`. */
export async function runBeside(host: DockerHost, containerId: string, spec: ToolsSpec): Promise<number> {
  const { argv, attach } = spec;
  const talk: Talk = { verb: `run "${argv[0] ?? ''}"`, attach, log: () => undefined };
  const { labels, cleanUp } = newSession(host);
  try {
    const body = await createBody(host, containerId, spec, labels);
    const call = { verb: talk.verb, method: 'POST', path: '/containers/create', body } as const;
    const { Id: id } = await request<{ readonly Id: string }>(host, call);
    const peer = await startAttached(host, id, { argv }, true);
    const stop = passSignals({
      send: (signal) => signalContainer(host, id, signal),
      kill: () => signalContainer(host, id, 'SIGKILL'),
    });
    try {
      return (await converse(host, peer, talk)).state.ExitCode ?? 0;
    } finally {
      stop();
    }
  } finally {
    await cleanUp();
  }
}

/** ptrace(2) and /proc/PID/root want SYS_PTRACE, captures NET_RAW (packet(7)), changes of the network NET_ADMIN. */
const capabilities = [...buildCapabilities, 'SYS_PTRACE', 'NET_RAW', 'NET_ADMIN'];

async function createBody(
  host: DockerHost,
  containerId: string,
  { imageId, argv, env, attach }: ToolsSpec,
  labels: Readonly<Record<string, string>>,
): Promise<object> {
  const shared = `container:${containerId}`;
  return {
    ...{ Image: imageId, Labels: labels, Entrypoint: [], Cmd: argv, Env: env, WorkingDir: '/' },
    ...{ Tty: attach === 'terminal', OpenStdin: true, StdinOnce: true },
    ...{ AttachStdin: true, AttachStdout: true, AttachStderr: true },
    HostConfig: {
      ...{ PidMode: shared, NetworkMode: shared, UsernsMode: await userNamespace(host, containerId) },
      ...{ CapDrop: ['ALL'], CapAdd: capabilities, LogConfig: { Type: 'none' }, Ulimits: host.ulimits },
    },
  };
}

/** That of the other one: whoever shares its processes has to be known there. Docker knows the daemon's and the host's only. */
async function userNamespace(host: DockerHost, id: string): Promise<string> {
  const { HostConfig } = await request<{ readonly HostConfig: { readonly UsernsMode?: string } }>(host, {
    ...{ verb: 'look at a container', method: 'GET', path: apiPath`/containers/${id}/json` },
  });
  const { UsernsMode: mode = '' } = HostConfig;
  return host.name === 'docker' || mode === '' || mode === 'host' ? mode : `container:${id}`;
}
