import type { ApiEngineName } from '../../model/engine-status.ts';
import type { MissingTool } from '../../model/missing-tool.ts';
import type { BootstrapSpec } from '../../ports/engine.ts';
import type { TempDir } from '../system/temp-dir.ts';
import type { Docker } from './client.ts';

/** A base that a tool of this host makes. */
export type ToolSource = Exclude<BootstrapSpec['source'], { readonly kind: 'tarball' }>;

/** A limit of setrlimit(2). */
export interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/** A daemon that answers. */
export interface Connection {
  /** As users name it. */
  readonly name: ApiEngineName;
  readonly docker: Docker;
  readonly signal: AbortSignal;
}

/** A daemon and what Kubler says to it of itself. */
export interface DockerHost extends Connection {
  readonly dataDir: string;
  /** Opens a scratch folder in `<data>/tmp`. */
  readonly openTempDir: () => Promise<TempDir>;
  /** This machine and process, as containers and volumes are labelled: `<host>/<pid>-<start time>`. */
  readonly owner: string;
  /** What a container may use, for a daemon that asks for more than it may give (Podman without CAP_SYS_RESOURCE). */
  readonly ulimits: readonly Ulimit[];
}

/** One that keeps snapshots for a data dir. */
export interface BuildHost extends DockerHost {
  /** A scratch folder in `<data>/tmp` that is there as long as this process is. */
  readonly processDir: string;
  /** What this host lacks to make a base with its own tool. */
  readonly findBaseLacks: (kind: ToolSource['kind']) => Promise<readonly MissingTool[]>;
  /** Makes a base with a tool of this host and hands its root over as a tar. */
  readonly makeBase: (
    spec: BootstrapSpec & { readonly source: ToolSource },
    take: (tar: AsyncIterable<Buffer>) => Promise<void>,
  ) => Promise<void>;
}
