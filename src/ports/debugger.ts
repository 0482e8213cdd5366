import type { Digest } from '../model/digest.ts';
import type { ApiEngineName } from '../model/engine-status.ts';
import type { ImageRoot, StartSpec } from './engine.ts';

/** Looks at containers of Docker or Podman from a container beside them. Disposing closes the way to it. */
export interface Debugger extends AsyncDisposable {
  readonly engine: ApiEngineName;
  /** Names of the containers that run, but for Kubler's own. */
  names(): Promise<readonly string[]>;
  /** A container by its name or id; undefined when there is none. */
  find(container: string): Promise<ContainerState | undefined>;
  /** Starts an image; its command may have ended. Rejects as `Engine.start` does. */
  start(spec: StartSpec): Promise<OwnContainer>;
  /** Starts a container on a root, in which nothing runs but a process that waits; it has no network but its own. */
  hold(root: ImageRoot): Promise<OwnContainer>;
  /**
   * Runs a command with the caller's standard streams in a container of its own, which shares processes and network with
   * another one, and may trace and capture; resolves with its exit status. Signals of this process are passed on to it.
   * Rejects with `ENGINE_REFUSED` when the other one has ended.
   */
  runBeside(containerId: string, tools: ToolsSpec): Promise<number>;
}

/** What is to be known of a container to be beside it. */
export interface ContainerState {
  readonly id: string;
  readonly isRunning: boolean;
  /** Of its first process, when it has ended. */
  readonly exitCode: number;
  /** Whether it sees its own processes alone, so that the first of them is its own. */
  readonly hasOwnProcesses: boolean;
}

/** A container that disposing kills and removes. */
export interface OwnContainer extends AsyncDisposable {
  readonly id: string;
}

export interface ToolsSpec {
  /** Of an image that the engine has. */
  readonly imageId: Digest;
  readonly argv: readonly string[];
  /** `NAME=value`, besides the image's. */
  readonly env: readonly string[];
  readonly attach: 'streams' | 'terminal';
}
