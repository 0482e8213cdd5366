import type { ContainerOptions, BuildMount } from '../model/container-options.ts';
import type { Digest } from '../model/digest.ts';
import type { EngineName } from '../model/engine-status.ts';
import type { MissingTool } from '../model/missing-tool.ts';

export type { MissingTool };

/** Name of a snapshot: 64 hex digits, the cache key of the step that made it. */
export type SnapshotId = string;

/** A host folder or file that containers see read-only, wherever the engine runs. */
export interface Input {
  readonly hostPath: string;
  readonly containerPath: string;
}

/**
 * The two roots of a session. Hooks run in the `builder`, a fat container that sees the target root at
 * `targetRootPath`; the distribution's package manager runs in the `target`, a container whose own `/` is the
 * target root.
 */
export type Root = 'builder' | 'target';

/** Where the builder container sees the target root: `$_ROOTFS`. */
export const targetRootPath = '/emerge-root';

/** A layer of an image as a blob of the store. */
export interface ImageLayer {
  readonly blobFile: string;
  readonly diffId: Digest;
}

/** An image as a root, its layers lowest first; none: an empty root. Such a root cannot be kept. */
export interface ImageRoot {
  readonly layers: readonly ImageLayer[];
}

export interface SessionSpec {
  /** What the two roots start from; nothing of it is changed. Without `builder` only `target` can be used. */
  readonly builder?: SnapshotId;
  readonly target: SnapshotId | ImageRoot;
  readonly inputs: readonly Input[];
  /** Environment of every command. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * What its containers have beside what all have. Hooks run in the builder, without one in the target. `open` rejects with
   * `USAGE_INVALID` for a mount that cannot be; limits are for engines that can set them.
   */
  readonly options?: ContainerOptions;
}

export interface ExecSpec {
  readonly root: Root;
  readonly argv: readonly [string, ...string[]];
  /** Added to the session's. Values may be secret (proxies): never logged. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command in the builder can read the target root and not change it, unless a former one could. */
  readonly targetReadOnly?: boolean;
  readonly cwd?: string;
  /** Who runs it; root by default. For others, setuid programs work. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly additionalGids: readonly number[] };
  /** What this command sees beside the inputs of the session. */
  readonly inputs?: readonly Input[];
  /** Empty folders in memory, for everyone to write to; bytes at most, or half of the memory. */
  readonly tmpfs?: readonly { readonly containerPath: string; readonly sizeBytes: number | undefined }[];
  /**
   * `none`: a network of its own, not even connected to this host. Scripts that look for a free port, or at the
   * network, then find the same everywhere. Default `none`; hooks in the builder may get the host's all the same.
   */
  readonly network?: 'host' | 'none';
  /**
   * The caller's standard streams instead of those below; `terminal`: they are one, which the command gets as its own
   * with its size and its changes.
   */
  readonly attach?: 'streams' | 'terminal';
  /** Text or bytes given on standard input, also as they come; none: an empty one. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Where standard output goes: lines to `log` (default), returned as text, or written to a host file. */
  readonly stdout?: 'log' | 'capture' | { readonly hostFile: string };
  /** Kills the command with all it has started; exec rejects with `INTERRUPTED` then. Not with `attach`. */
  readonly signal?: AbortSignal;
  /** Gets every line of standard error, and of standard output unless it goes elsewhere. What it throws, exec throws. */
  readonly log: (line: string) => void;
}

export interface ExecResult {
  /** Exit status; 128 + number for a signal. A command that fails is a result, not an error. */
  readonly exitCode: number;
  /** With `stdout: 'capture'`; otherwise empty. */
  readonly stdout: string;
}

/** Two writable roots, alive until disposed. Disposing keeps nothing that was not committed. */
export interface Session extends AsyncDisposable {
  /**
   * Runs one command to its end. Rejects with `PROGRAM_NOT_FOUND`, `PROGRAM_NOT_EXECUTABLE` or, for other reasons,
   * `ENGINE_REFUSED` when it cannot be started, `INTERRUPTED` on abort.
   */
  exec(spec: ExecSpec): Promise<ExecResult>;
  /**
   * Keeps a root as it is now under `id`, complete or not at all, and goes on working on top of it.
   * A snapshot of that id that is already there wins. The root's former snapshot stays its parent.
   */
  commit(root: Root, id: SnapshotId): Promise<void>;
  /**
   * Leaves its containers running when it is disposed, for people to look into, until `collectGarbage` or until others of
   * that name are kept. Letters, digits, `.`, `_` and `-`. Resolves with the commands that enter the roots: none where
   * containers last as long as their command.
   */
  keep(name: string): Promise<ReadonlyMap<Root, string>>;
}

/**
 * How a base root is made from a local archive mirror (`mirrorDir`: `dists/` and `pool/`). An engine on a daemon may have to
 * make it in a container without debootstrap or xz: for it the mirror has the package debootstrap and plain lists, too.
 */
export interface BootstrapSpec {
  readonly id: SnapshotId;
  readonly log: (line: string) => void;
  /** Gets what whoever waits should know, which is where a base is made that this host cannot make. */
  readonly tell?: (text: string) => void;
  readonly source:
    | {
        readonly kind: 'debootstrap' | 'mmdebstrap';
        readonly suite: string;
        readonly components: readonly string[];
        readonly mirrorDir: string;
        readonly keyring: string;
        /** Seconds since 1970, given to the tool as SOURCE_DATE_EPOCH. */
        readonly epoch: number;
      }
    /** A root filesystem tar, compressed or not, already checked member by member. */
    | { readonly kind: 'tarball'; readonly hostFile: string };
}

/** One image to run, its layers lowest first, as blobs of the store. Its root is thrown away afterwards. */
export interface RunSpec {
  readonly layers: readonly ImageLayer[];
  readonly argv: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly hostname: string;
  /** No other running container of this data dir may have it. */
  readonly name?: string;
  /** Folders and files of the host; each is there. */
  readonly mounts: readonly Mount[];
  /** With network `published` only. */
  readonly ports: readonly Port[];
  /** Absolute paths with what the image has there, or an empty folder; they can be written in any case. */
  readonly volumes?: readonly string[];
  /** Folders that are empty at first and that everyone can write to. */
  readonly tmpfs?: readonly string[];
  /** Nothing but `mounts`, `volumes`, `tmpfs`, /dev and /dev/shm can be written. */
  readonly readOnly: boolean;
  /** `none`: not even root, nor a setuid program, has any. */
  readonly capabilities: 'default' | 'none';
  /**
   * `host`: this machine's network; `none`: one of its own that leads nowhere; `published`: one of its own that
   * reaches the network, but not what listens at this machine's 127.0.0.1 unless one of `ports` is UDP; they are
   * reached from here at 127.0.0.1.
   */
  readonly network: 'host' | 'none' | 'published';
  /** Number of the signal that asks it to end; default SIGTERM. */
  readonly stopSignal?: number;
  /** `run` gives it the caller's standard input; otherwise an empty one. */
  readonly interactive: boolean;
  /** `run` gives it the caller's terminal, which must be there. */
  readonly tty: boolean;
}

export type Mount = BuildMount;

/** A port of a container and where it is reached on 127.0.0.1. */
export interface Port {
  /** 0: any that is free. */
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Gets each line that is printed, without its end; a very long one in parts. */
export type ContainerLog = (line: string, stream: 'stdout' | 'stderr') => void;

/** A command that says by its exit status whether a container is well. */
export interface HealthCheck {
  readonly argv: readonly [string, ...string[]];
  /** Between an answer and the next question. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** An answer to a health check. */
export interface HealthReport {
  /** 0: it is well. */
  readonly exitCode: number;
  readonly output: string;
  readonly tookMs: number;
}

/** What is started without the caller's standard streams. */
export interface StartSpec extends RunSpec {
  /** What the engine asks the container by itself, if it does such things: then `RunningContainer.health` is there. */
  readonly health?: HealthCheck;
  /** Text or bytes given on standard input; none: an empty one. */
  readonly stdin?: string | Uint8Array;
  readonly log: ContainerLog;
}

/** A command in a running container; what is not said is as for the container's own. */
export interface ContainerExecSpec {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly additionalGids?: readonly number[];
  /** Text or bytes given on standard input; none: an empty one. */
  readonly stdin?: string | Uint8Array;
  /** Where standard output goes: lines to `log` (default), or returned as text. */
  readonly stdout?: 'log' | 'capture';
  /** Kills it, with what it has started, after so many milliseconds: exit status 137. */
  readonly timeoutMs?: number;
  /** What it throws, exec throws. */
  readonly log: ContainerLog;
}

/** Disposing kills what runs in it and leaves nothing. */
export interface RunningContainer extends AsyncDisposable {
  /** Runs one command to its end. Rejects as `Session.exec` does, and with `ENGINE_REFUSED` when the container has ended. */
  exec(spec: ContainerExecSpec): Promise<ExecResult>;
  /**
   * Exit status of the container's own command, once `log` has all that it printed; 128 + number for a signal. Rejects with
   * what `log` throws, which kills it.
   */
  readonly exited: Promise<number>;
  /** Answers to the spec's health check, as they come, until the container has ended. */
  readonly health?: AsyncIterable<HealthReport>;
  /** Those of the spec, in its order, with the host ports they got. */
  readonly ports: readonly Port[];
  /** Sends `stopSignal`, after `graceMs` milliseconds SIGKILL; resolves with the exit status. */
  stop(graceMs: number): Promise<number>;
}

/** What is not garbage; see `Engine.collectGarbage`. */
export interface GarbageSpec {
  /** Snapshots that are needed, with all they go back to. */
  readonly snapshots: ReadonlySet<SnapshotId>;
  /** Layers, by the digest of their tar, whose unpacked trees are needed. */
  readonly layers: ReadonlySet<Digest>;
  /** What was made at this time, in ms since 1970, or after it, stays. */
  readonly writtenBefore: number;
  /** Only say what would go. */
  readonly dryRun: boolean;
}

/** What went, or would go. */
export interface Garbage {
  readonly snapshots: readonly SnapshotId[];
  readonly snapshotBytes: number;
  /** Number of unpacked layers. */
  readonly layers: number;
  readonly layerBytes: number;
  /** Names of containers that sessions have left; see `Session.keep`. */
  readonly kept?: readonly string[];
}

/** How closely a host is looked at: only whether its tools are there, or (default) also by trying what they do. */
export type ProbeDepth = 'tools' | 'trial';

/** What builds and runs containers. Every id is complete or absent, even after SIGKILL. */
export interface Engine {
  readonly name: () => Promise<EngineName>;
  /** What is missing on this host; empty when the engine can work. */
  probe(depth?: ProbeDepth): Promise<readonly MissingTool[]>;
  hasSnapshot(id: SnapshotId): Promise<boolean>;
  /** The ids of all snapshots. As long as this process lives, `collectGarbage` of another one leaves them. */
  holdSnapshots(): Promise<readonly SnapshotId[]>;
  /** Makes a snapshot absent at once; sessions that use it and its children are not harmed. */
  removeSnapshot(id: SnapshotId): Promise<void>;
  /** Removes all snapshots and unpacked layers but those needed, new, or in use by any process; and kept containers. */
  collectGarbage(spec: GarbageSpec): Promise<Garbage>;
  /** Makes a base snapshot; the one that is already there wins. */
  bootstrap(spec: BootstrapSpec): Promise<void>;
  open(spec: SessionSpec): Promise<Session>;
  /**
   * Runs an image with the caller's standard streams; resolves with its exit status. `published` is told the ports
   * as they are reached before it starts. Signals of this process are passed on to it, SIGTERM as `stopSignal`, and
   * SIGINT too if there is one. Rejects as `Session.exec` does, with `USAGE_INVALID` for a mount that cannot be.
   */
  run(spec: RunSpec, published?: (ports: readonly Port[]) => void): Promise<number>;
  /**
   * Starts an image; resolves once its command runs, or has run. Rejects as `Session.exec` does, and with what `log` throws.
   */
  start(spec: StartSpec): Promise<RunningContainer>;
}
