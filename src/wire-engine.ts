import type { DaemonSearch, OpenDaemon } from './adapters/docker/open-daemon.ts';
import { bootstrapToTar } from './adapters/native/bootstrap.ts';
import { createNativeEngine, type NativeEngineOptions } from './adapters/native/index.ts';
import { findBaseLacks } from './adapters/native/probe.ts';
import { readIdMap } from './adapters/system/id-map.ts';
import { openTempDir } from './adapters/system/temp-dir.ts';
import { KublerError } from './errors.ts';
import { apiEngineNames, type ApiEngineName } from './model/engine-status.ts';
import type { MissingTool } from './model/missing-tool.ts';
import type { Progress } from './model/progress.ts';
import type { Settings } from './model/project.ts';
import type { Engine } from './ports/engine.ts';

interface EngineOptions {
  readonly settings: Settings;
  readonly progress: Progress;
  readonly search: DaemonSearch;
  /** A scratch folder in the data dir, as long as this process lives. */
  readonly processDir: string;
}

/** Opens the engine that the settings name; `auto` is told to `progress`. */
export async function chooseEngine(options: EngineOptions): Promise<Engine & Partial<AsyncDisposable>> {
  const { settings, progress, search, processDir } = options;
  const host = await nativeHost(settings.dataDir, processDir, search);
  const native = createNativeEngine(host);
  const onDaemon = (daemon: OpenDaemon) => engineOf(daemon, host);
  if (settings.engine === 'native') return native;
  if (settings.engine !== 'auto') return onDaemon(await daemonOf(settings.engine, search));
  const lacks = await findLacks(native, search);
  if (lacks.length === 0) {
    progress({
      kind: 'engine',
      engine: 'native',
      reason: 'this machine has what it takes',
    });
    return native;
  }
  const reasons = [`this machine lacks ${lacks.join(', ')} for the native one`];
  for (const engine of apiEngineNames) {
    try {
      const opened = await onDaemon(await daemonOf(engine, search));
      progress({ kind: 'engine', engine, reason: reasons.join('; ') });
      return opened;
    } catch (error) {
      if (!(error instanceof KublerError && unusable.has(error.code))) throw error;
      reasons.push(error.message);
    }
  }
  // Whoever uses it is told what it lacks.
  return native;
}

/** Why another engine is taken. */
const unusable: ReadonlySet<KublerError['code']> = new Set(['ENGINE_UNAVAILABLE', 'HOST_UNSUPPORTED']);

/**
 * What native lacks. Whether its tools work is tried only where it has made nothing yet and a daemon could take its place:
 * planning is to start no programs.
 */
async function findLacks(native: Engine, search: DaemonSearch): Promise<readonly string[]> {
  const lacks = required(await native.probe('tools'));
  if (lacks.length > 0 || (await native.holdSnapshots()).length > 0) return lacks;
  return (await isDaemonThere(search)) ? required(await native.probe('trial')) : [];
}

const required = (lacks: readonly MissingTool[]): readonly string[] =>
  lacks.flatMap(({ tool, optional }) => (optional === true ? [] : tool));

async function isDaemonThere(search: DaemonSearch): Promise<boolean> {
  for (const engine of apiEngineNames) {
    try {
      await (await daemonOf(engine, search))[Symbol.asyncDispose]();
      return true;
    } catch (error) {
      if (!(error instanceof KublerError && unusable.has(error.code))) throw error;
    }
  }
  return false;
}

/**
 * Loads the client of the API, which is heavy, when it is used. Dockerode would mix what DOCKER_HOST says into every
 * connection, Podman's too: where engines are is found out before, from a copy of the environment.
 */
export async function loadClient<T>(load: () => Promise<T>): Promise<T> {
  delete process.env['DOCKER_HOST'];
  return load();
}

async function daemonOf(engine: ApiEngineName, search: DaemonSearch): Promise<OpenDaemon> {
  const { openDaemon } = await loadClient(() => import('./adapters/docker/open-daemon.ts'));
  return openDaemon(engine, search);
}

/** The engine on a daemon; bases are made here, as the native engine makes them. */
async function engineOf(daemon: OpenDaemon, host: NativeEngineOptions): Promise<Engine & AsyncDisposable> {
  const close = () => daemon[Symbol.asyncDispose]();
  const { createDockerEngine, requireOverlay } = await loadClient(() => import('./adapters/docker/index.ts'));
  try {
    requireOverlay(daemon.engine, daemon.status.storageDriver);
    const engine = await createDockerEngine({
      ...{ ...host, name: daemon.engine, docker: daemon.docker },
      findBaseLacks: (kind) => findBaseLacks(host, kind),
      makeBase: (spec, take) => bootstrapToTar(host, spec, take),
    });
    return { ...engine, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

export async function nativeHost(
  dataDir: string,
  processDir: string,
  { which, signal }: Pick<DaemonSearch, 'which' | 'signal'>,
): Promise<NativeEngineOptions> {
  return {
    ...{ dataDir, processDir, which, signal },
    openTempDir: () => openTempDir(dataDir),
    inUserNamespace: (await readIdMap()).isNamespace,
    uid: process.getuid?.() ?? 0,
  };
}

/** An engine that is opened when it is first used: most commands use none. */
export function deferEngine(
  open: () => Promise<Engine & Partial<AsyncDisposable>>,
): Engine & AsyncDisposable {
  let opened: ReturnType<typeof open> | undefined;
  const engine = () => (opened ??= open());
  return {
    name: async () => (await engine()).name(),
    probe: async (depth) => (await engine()).probe(depth),
    hasSnapshot: async (id) => (await engine()).hasSnapshot(id),
    holdSnapshots: async () => (await engine()).holdSnapshots(),
    removeSnapshot: async (id) => (await engine()).removeSnapshot(id),
    collectGarbage: async (spec) => (await engine()).collectGarbage(spec),
    bootstrap: async (spec) => (await engine()).bootstrap(spec),
    open: async (spec) => (await engine()).open(spec),
    run: async (spec, published) => (await engine()).run(spec, published),
    start: async (spec) => (await engine()).start(spec),
    [Symbol.asyncDispose]: async () => {
      const dispose = (await opened?.catch(() => undefined))?.[Symbol.asyncDispose];
      await dispose?.();
    },
  };
}
