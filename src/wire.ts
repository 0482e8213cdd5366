import { join } from 'node:path';
import type { DaemonSearch } from './adapters/docker/open-daemon.ts';
import { createNativeEngine } from './adapters/native/index.ts';
import { claimDataDir } from './adapters/system/claim-data-dir.ts';
import { systemClock } from './adapters/system/clock.ts';
import { createDownloader } from './adapters/system/downloader.ts';
import { readIdMap } from './adapters/system/id-map.ts';
import { removeDeadLocks, withLock } from './adapters/system/lock.ts';
import { systemProber } from './adapters/system/prober.ts';
import { createProcessRunner } from './adapters/system/process-runner.ts';
import {
  inUseSince,
  openScratchDir,
  openTempDir,
  removeStaleTempDirs,
  type TempDir,
} from './adapters/system/temp-dir.ts';
import {
  apiEngineNames,
  type ApiEngineName,
  type EngineStatus,
  type HostReport,
} from './model/engine-status.ts';
import type { Progress } from './model/progress.ts';
import type { Project, Settings } from './model/project.ts';
import { openLayout } from './oci/layout.ts';
import { probeHost } from './pipeline/require-engine.ts';
import { dataPaths, type Workspace } from './pipeline/workspace.ts';
import type { Debugger } from './ports/debugger.ts';
import type { ImageStore } from './ports/image-store.ts';
import { openKeptShells, openLayerCache, openRecords } from './store/index.ts';
import { chooseEngine, deferEngine, loadClient, nativeHost } from './wire-engine.ts';

interface WorkspaceOptions {
  readonly settings: Settings;
  readonly progress: Progress;
  readonly shippedDir: string;
  readonly signal: AbortSignal;
  readonly env: DaemonSearch['env'];
  readonly homeDir: string;
}

/** The composition root: builds the adapters the settings ask for and hands their ports over. */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { dataDir } = options.settings;
  if (isRoot()) {
    await claimDataDir(dataDir, await readIdMap());
    await removeStaleTempDirs(dataDir);
    await removeDeadLocks(dataDir);
  }
  const temp = await openTempDir(dataDir);
  try {
    return await connect(options, temp);
  } catch (error) {
    await temp[Symbol.asyncDispose]();
    throw error;
  }
}

async function connect(options: WorkspaceOptions, temp: TempDir): Promise<Workspace> {
  const { settings, signal } = options;
  const { dataDir } = settings;
  const runner = createProcessRunner({ signal });
  const { caFile, ...proxies } = settings.network;
  const onWait = (): void =>
    options.progress({ kind: 'detail', task: 'store', text: 'waiting for another kubler process' });
  const shared = {
    tmpDir: temp.path,
    withLock: <T>(work: () => Promise<T>) => withLock(dataDir, 'store', work, { signal, onWait }),
  };
  const layout = await openLayout({ ...shared, dir: dataPaths(dataDir).store });
  const search: DaemonSearch = { ...options, which: (command) => runner.which(command) };
  const engine = deferEngine(() => chooseEngine({ ...options, search, processDir: temp.path }));
  return {
    engine,
    runner,
    downloader: createDownloader({ proxies, caFile, signal }),
    clock: systemClock,
    prober: systemProber,
    progress: options.progress,
    signal,
    layout,
    layerCache: openLayerCache({ ...shared, dir: join(dataDir, 'image-layers'), layout, clock: systemClock }),
    keptShells: openKeptShells(join(dataDir, 'shells'), temp.path),
    records: openRecords({ ...shared, dir: join(dataDir, 'images') }),
    failed: openRecords({ ...shared, dir: join(dataDir, 'failed') }),
    openImageStore: (name) => imageStore(name, search),
    openDebugger: (name) => openDebugger(name, search, dataDir),
    dataDir,
    containerDir: join(options.shippedDir, 'src/stages/builder/container'),
    openTempDir: () => openTempDir(dataDir),
    withLock: (name, work, onWait) => withLock(dataDir, name, work, { signal, onWait }),
    inUseSince: () => inUseSince(dataDir),
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

/** Also in a user namespace; another user can neither make nor remove what containers leave. */
const isRoot = (): boolean => process.getuid?.() === 0;

/** What this machine can do: what it lacks for a project, or for the shipped builder, and which engines there are. */
export async function probe(
  project: Pick<Project, 'settings' | 'builders'> | undefined,
  place: Omit<DaemonSearch, 'which'>,
): Promise<HostReport> {
  await using scratch = await openScratchDir();
  const dataDir = project?.settings.dataDir ?? scratch.path;
  if (isRoot()) await claimDataDir(dataDir, await readIdMap());
  const runner = createProcessRunner({ signal: place.signal });
  const search: DaemonSearch = { ...place, which: (command) => runner.which(command) };
  const native = createNativeEngine(await nativeHost(dataDir, scratch.path, search));
  const [missing, ...others] = await Promise.all([
    probeHost({ engine: native, runner }, project),
    ...apiEngineNames.map((name) => statusOf(name, search)),
  ]);
  const isReady = missing.every(({ optional }) => optional === true);
  const { isNamespace: isRootless } = await readIdMap();
  const own: EngineStatus = { engine: 'native', isReady, isRootless, storageDriver: 'overlayfs' };
  return { missing, engines: [own, ...others] };
}

async function statusOf(name: ApiEngineName, search: DaemonSearch): Promise<EngineStatus> {
  const { engineStatus } = await loadClient(() => import('./adapters/docker/engine-status.ts'));
  return engineStatus(name, search);
}

async function imageStore(name: ApiEngineName | undefined, search: DaemonSearch): Promise<ImageStore> {
  const { openImageStore } = await loadClient(() => import('./adapters/docker/image-store.ts'));
  return openImageStore(name, search);
}

async function openDebugger(
  name: ApiEngineName | undefined,
  search: DaemonSearch,
  dataDir: string,
): Promise<Debugger> {
  const client = await loadClient(() => import('./adapters/docker/open-debugger.ts'));
  return client.openDebugger(name, search, { dataDir, openTempDir: () => openTempDir(dataDir) });
}
