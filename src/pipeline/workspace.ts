import type { ApiEngineName } from '../model/engine-status.ts';
import type { Progress } from '../model/progress.ts';
import type { Layout } from '../oci/layout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Debugger } from '../ports/debugger.ts';
import type { Downloader } from '../ports/downloader.ts';
import type { Engine } from '../ports/engine.ts';
import type { ImageStore } from '../ports/image-store.ts';
import type { Prober } from '../ports/prober.ts';
import type { ProcessRunner } from '../ports/process-runner.ts';
import type { BuildContext } from '../stages/builder/index.ts';
import type { KeptShells, LayerCache, RecordStore } from '../store/index.ts';

/** Everything a command works with besides the project: ports, stores and places. Made by `wire.ts`. */
export interface Workspace extends AsyncDisposable {
  readonly engine: Engine;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly clock: Clock;
  readonly prober: Prober;
  readonly progress: Progress;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly layout: Layout;
  readonly records: RecordStore;
  /** Images whose tests failed: complete, and not built. */
  readonly failed: RecordStore;
  readonly layerCache: LayerCache;
  readonly keptShells: KeptShells;
  /** The images of Docker or Podman; without a name, of whichever is there. See `ImageStore`. */
  readonly openImageStore: (engine: ApiEngineName | undefined) => Promise<ImageStore>;
  /** Containers of Docker or Podman, to look at; without a name, of whichever is there. See `Debugger`. */
  readonly openDebugger: (engine: ApiEngineName | undefined) => Promise<Debugger>;
  readonly dataDir: string;
  /** Folder that containers see at /.kubler. */
  readonly containerDir: string;
  /**
   * Runs `work` while nobody else, here or in another process, does work of that name in this data dir. `onWait` is called
   * once when somebody does; who dies while he holds the lock holds it no longer.
   */
  readonly withLock: <T>(name: string, work: () => Promise<T>, onWait: () => void) => Promise<T>;
  /** Is waited for when a step of a build has failed, with its containers as it left them. */
  readonly onStepFailure?: BuildContext['onFailure'];
  /** Builds that fail leave their containers for people to look into. */
  readonly keepsFailed?: boolean;
  /** A folder of this process for work in progress, below the data dir; gone when disposed. */
  readonly openTempDir: () => Promise<{ readonly path: string } & AsyncDisposable>;
  /** Since when another process works in the data dir, in ms since 1970; undefined when none does. */
  readonly inUseSince: () => Promise<number | undefined>;
}

/** Places in the data dir. */
export const dataPaths = (dataDir: string) => ({
  /** The layout with all images. */
  store: `${dataDir}/store`,
  steps: `${dataDir}/steps`,
  /** Programs that tests take into containers. */
  tools: `${dataDir}/tools`,
  /** Folder of the logs of an image; of a builder in one that no namespace can be called. */
  logs: (subject: string) => `${dataDir}/logs/${subject.replace(/^builder /, '_builders/')}`,
});
