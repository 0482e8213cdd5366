import { KublerError } from '../../errors.ts';
import { apiEngineNames, type ApiEngineName, type EngineStatus } from '../../model/engine-status.ts';
import { currentUser } from '../system/user-namespace.ts';
import { outerIds } from '../system/id-map.ts';
import { openScratchDir } from '../system/temp-dir.ts';
import { connect, type Docker } from './client.ts';
import { chooseVersion, toStatus, type Answers } from './daemon-facts.ts';
import { engineTitles, explainConnection, type Circumstances } from './explain-connection.ts';
import { findEndpoints, type Candidate, type EndpointSearch } from './find-endpoints.ts';
import { openEndpoint, type OpenEndpoint } from './tunnel.ts';

export interface DaemonSearch extends EndpointSearch {
  /** Absolute path of a command, or undefined. */
  readonly which: (command: string) => Promise<string | undefined>;
  readonly signal: AbortSignal;
}

/** An engine that answers. Disposing closes the way to it. */
export interface OpenDaemon extends AsyncDisposable {
  readonly engine: ApiEngineName;
  readonly docker: Docker;
  readonly status: EngineStatus;
}

/** How long an engine may take to say who it is. */
const patienceMs = 15_000;

/**
 * Connects to an engine, at the first of its places that works. Throws `ENGINE_UNAVAILABLE`, of the first place where
 * something is, when none does, `INTERRUPTED` on abort.
 */
export async function openDaemon(engine: ApiEngineName, search: DaemonSearch): Promise<OpenDaemon> {
  const circumstances: Circumstances = {
    engine,
    isInstalled: (await search.which(engine === 'docker' ? 'dockerd' : 'podman')) !== undefined,
    user: await callingUser(search.env),
  };
  const faults: KublerError[] = [];
  for (const candidate of await findEndpoints(engine, search)) {
    try {
      return await openAt(candidate, engine, search.signal);
    } catch (error) {
      if (search.signal.aborted) throw interrupted(engine);
      faults.push(explainConnection(error, candidate, circumstances));
    }
  }
  const isSomething = ({ cause }: KublerError): boolean =>
    (cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT';
  throw faults.find(isSomething) ?? faults[0] ?? interrupted(engine);
}

/** Connects to Docker, or to Podman where there is no Docker. Throws as `openDaemon` does, of Docker when there is none. */
export async function openAnyDaemon(search: DaemonSearch): Promise<OpenDaemon> {
  const faults: unknown[] = [];
  for (const name of apiEngineNames) {
    try {
      return await openDaemon(name, search);
    } catch (error) {
      if (!(error instanceof KublerError) || error.code === 'INTERRUPTED') throw error;
      faults.push(error);
    }
  }
  throw faults[0];
}

const interrupted = (engine: ApiEngineName): KublerError =>
  new KublerError('INTERRUPTED', `cannot reach ${engineTitles[engine]}: interrupted`);

/** In a user namespace, the one outside. */
async function callingUser(env: EndpointSearch['env']): Promise<Circumstances['user']> {
  const outer = await outerIds();
  const { name, uid } = currentUser();
  return outer ? { name: env['USER'] ?? String(outer.uid), uid: outer.uid } : { name, uid };
}

async function openAt(candidate: Candidate, engine: ApiEngineName, signal: AbortSignal): Promise<OpenDaemon> {
  const scratch = await openScratchDir();
  const close = async (): Promise<void> => {
    await open?.[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  };
  let open: OpenEndpoint | undefined;
  try {
    open = await openEndpoint(candidate.endpoint, scratch.path, signal);
    const answers = await ask(connect(open.endpoint, ''), signal);
    const docker = connect(open.endpoint, chooseVersion(engine, candidate, answers));
    return { engine, docker, status: toStatus(engine, candidate, answers), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Dockerode takes an abort signal here, which its types do not know. */
interface Asked {
  version(options: { readonly abortSignal: AbortSignal }): Promise<Answers['version']>;
  info(options: { readonly abortSignal: AbortSignal }): Promise<Answers['info']>;
}

async function ask(docker: Docker, signal: AbortSignal): Promise<Answers> {
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const asked = docker as unknown as Asked;
  return { version: await asked.version({ abortSignal }), info: await asked.info({ abortSignal }) };
}
