import type { ApiEngineName } from '../../model/engine-status.ts';
import type { ContainerState, Debugger } from '../../ports/debugger.ts';
import { statusOf } from './daemon-error.ts';
import { holdImage } from './hold-image.ts';
import type { DockerHost } from './host.ts';
import { ownerLabel } from './labels.ts';
import { openAnyDaemon, openDaemon, type DaemonSearch } from './open-daemon.ts';
import { openHost } from './open-host.ts';
import { apiPath, request } from './request.ts';
import { runBeside } from './run-beside.ts';
import { startImage } from './start-image.ts';

/** Opens an engine to look at its containers; without a name Docker, or Podman where there is no Docker. Throws `ENGINE_UNAVAILABLE`. */
export async function openDebugger(
  name: ApiEngineName | undefined,
  search: DaemonSearch,
  place: Pick<DockerHost, 'dataDir' | 'openTempDir'>,
): Promise<Debugger> {
  const daemon = name === undefined ? await openAnyDaemon(search) : await openDaemon(name, search);
  const close = () => daemon[Symbol.asyncDispose]();
  try {
    const { engine, docker } = daemon;
    const host = await openHost({ ...place, name: engine, docker, signal: search.signal });
    return { ...debuggerOn(host), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const debuggerOn = (host: DockerHost): Omit<Debugger, keyof AsyncDisposable> => ({
  engine: host.name,
  names: () => namesOf(host),
  find: (container) => find(host, container),
  start: (spec) => startImage(host, spec),
  hold: (root) => holdImage(host, root),
  runBeside: (containerId, tools) => runBeside(host, containerId, tools),
});

interface Listed {
  /** Each with a slash before it. */
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string>> | null;
}

async function namesOf(host: DockerHost): Promise<readonly string[]> {
  const call = { verb: 'list containers', method: 'GET', path: '/containers/json' } as const;
  const others = (await request<readonly Listed[]>(host, call)).filter(
    ({ Labels }) => Labels?.[ownerLabel] === undefined,
  );
  return others.flatMap(({ Names: [name = ''] }) => name.replace(/^\//, ''));
}

interface Inspected {
  readonly Id: string;
  readonly State: { readonly Running: boolean; readonly ExitCode: number };
  /** Empty, or Podman's `private`: its own. */
  readonly HostConfig: { readonly PidMode?: string };
}

async function find(host: DockerHost, container: string): Promise<ContainerState | undefined> {
  try {
    const { Id, State, HostConfig } = await request<Inspected>(host, {
      ...{ verb: `look at ${container}`, method: 'GET', path: apiPath`/containers/${container}/json` },
    });
    const hasOwnProcesses = ['', 'private'].includes(HostConfig.PidMode ?? '');
    return { id: Id, isRunning: State.Running, exitCode: State.ExitCode, hasOwnProcesses };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
