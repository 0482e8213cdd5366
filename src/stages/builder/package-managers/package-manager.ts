import type { Sha256 } from '../../../model/digest.ts';
import type { Lack } from '../../../model/finding.ts';
import type { EngineName } from '../../../model/engine-status.ts';
import type { MissingTool } from '../../../model/missing-tool.ts';
import type { PackageFile } from '../../../model/package.ts';
import type { PackageManagerName } from '../../../model/package-manager.ts';
import type { Fetched, Progress } from '../../../model/progress.ts';
import type { BuilderBase, BuilderDefinition, Settings } from '../../../model/project.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Downloader } from '../../../ports/downloader.ts';
import type { BootstrapSpec, Input, Root } from '../../../ports/engine.ts';
import type { ProcessRunner } from '../../../ports/process-runner.ts';
import type { BuildContext } from '../build-step.ts';

/** A builder or image, with what decides which packages it gets. */
export interface IndexUser {
  /** `builder NAME`, or an image id. */
  readonly name: string;
  /** The builder that has the base. */
  readonly root: Pick<BuilderDefinition, 'name' | 'dir' | 'base' | 'settings' | 'variables' | 'positions'>;
  readonly settings: Pick<Settings, 'apt' | 'apk' | 'portage'>;
}

export interface FindIndexOptions extends IndexUser {
  readonly dataDir: string;
  readonly runner: ProcessRunner;
  readonly progress: Progress;
}

export interface FreezeIndexOptions extends FindIndexOptions {
  /** Fetch what the mirrors have now even though there is a frozen index: `kubler update`. */
  readonly refresh: boolean;
  readonly downloader: Downloader;
  readonly clock: Clock;
  /** A folder on the data dir's file system, gone when disposed. */
  readonly openTempDir: () => Promise<{ readonly path: string } & AsyncDisposable>;
}

/** A package manager: how its packages are found, and the index that everything else goes by. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /**
   * What the target root of an image on scratch is before anything is installed: the builder's pristine base, where packages
   * expect a whole system around them; an empty folder; or one with what `Installer.prepareTarget` puts there.
   */
  readonly startsFrom: 'base' | 'nothing' | 'prepared';
  /** What fetching an index takes on this host. */
  readonly indexTools: readonly MissingTool[];
  /** The same text for users that get the same index. */
  readonly sourcesOf: (user: IndexUser) => string;
  /** The index `freezeIndex` would return without fetching anything; undefined when there is none. */
  readonly findIndex: (options: FindIndexOptions) => Promise<PackageIndex | undefined>;
  /**
   * The index that builds use: the frozen one, or, with `refresh` or when there is none, the state the sources have now,
   * verified and frozen. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `CONFIG_INVALID`,
   * `HOST_MISSING_TOOL`.
   */
  readonly freezeIndex: (options: FreezeIndexOptions) => Promise<PackageIndex>;
  /** Files of `<data>/downloads`, by name, that an index in use names; `kubler clean` leaves them. */
  readonly namedDownloads: (dataDir: string) => Promise<ReadonlySet<Sha256>>;
}

/** The frozen state of a package manager's sources: verified, complete, never changed. The same state has the same digest. */
export interface PackageIndex {
  readonly digest: Sha256;
  /** As messages name it: `bookworm`. */
  readonly suite: string;
  /** As an image's config has it: `amd64`. */
  readonly architecture: string;
  /** Its date, in seconds since 1970: nothing in an image is newer. */
  readonly epoch: number;
  /** Every package it offers → its versions, newest first. */
  readonly versions: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** What to do about something that an image lacks: which package would bring it, as a hint; undefined when none is known. */
  readonly whoHas: (lack: Lack) => Promise<string | undefined>;
  /** What a base is made from, for kinds of bases that only this package manager knows; undefined for others. */
  readonly prepareBase: (
    base: BuilderBase,
    options: PrepareBaseOptions,
  ) => Promise<BootstrapSpec['source'] | undefined>;
  /** For one session. `tempDir` is its own, on the data dir's file system. */
  readonly openInstaller: (options: InstallerOptions) => Promise<Installer>;
}

export interface PrepareBaseOptions {
  readonly engine: EngineName;
  readonly definition: Pick<BuilderDefinition, 'settings'>;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly dataDir: string;
  readonly tempDir: string;
  readonly progress: Progress;
  /** Whom progress is told of. */
  readonly task: string;
}

export interface InstallerOptions {
  readonly dataDir: string;
  readonly tempDir: string;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly onProgress: (done: Fetched) => void;
}

/** A root that packages go to, and the container whose package manager puts them there. */
export interface Place {
  readonly container: Root;
  /** The root as that container sees it: `/`, or where the builder sees the target root. */
  readonly directory: string;
}

/** The container's own root. */
export const ownRoot = (container: Root): Place => ({ container, directory: '/' });

/** Of the same step in the builder's own root there is another log. */
export const logName = ({ container, directory }: Place, step: string): string =>
  container === 'builder' && directory === '/' ? `builder-${step}` : step;

export interface InstallSpec {
  readonly place: Place;
  readonly packages: readonly PackageFile[];
  /** What was asked for. */
  readonly names: readonly string[];
  /** For real, or without maintainer scripts. */
  readonly mode: 'configured' | 'extracted';
}

/** The package manager at work in the containers of one session. */
export interface Installer {
  readonly packageManager: PackageManagerName;
  /** What containers see of the host: the index, and the packages that were fetched. */
  readonly inputs: readonly Input[];
  /** Added to the environment of hooks. */
  readonly hookEnv: Readonly<Record<string, string>>;
  /** Where the packages of an image go. */
  readonly target: Place;
  /**
   * Whether the builder has a part in it: its configuration says what is installed, so that hooks may change that, and what building
   * takes is installed there. Children then find the builder as the whole build left it.
   */
  readonly usesBuilder: boolean;
  /** Paths without which nothing can be installed in a target root. */
  readonly needs: readonly string[];
  /**
   * Exactly what an installation of these packages takes, before anything is changed; `names` is not empty.
   * Throws `PACKAGE_UNKNOWN` with the package manager's own reason and near names.
   */
  readonly resolve: (
    context: BuildContext,
    place: Place,
    names: readonly string[],
  ) => Promise<readonly PackageFile[]>;
  /** Fetches packages, verified, and installs them; `packages` is not empty. */
  readonly install: (context: BuildContext, spec: InstallSpec) => Promise<void>;
  /** Puts what the scripts of packages expect into an empty target root; carve leaves it behind where nothing needs it. */
  readonly prepareTarget?: (context: BuildContext) => Promise<void>;
  /** Brings a freshly made base, the only root of its session, to the state of the index, with what Kubler needs in a builder. */
  readonly finishBase: (context: BuildContext) => Promise<void>;
  /** Writes a static busybox to a host file, for tests of images without a shell. The session has a base as its only root. */
  readonly saveBusybox: (context: BuildContext, hostFile: string) => Promise<void>;
}
