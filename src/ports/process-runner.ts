/** A command on the host. `argv[0]` is looked up in PATH; no shell is involved. */
export interface ProcessSpec {
  readonly argv: readonly [string, ...string[]];
  /** Added to a minimal environment (PATH, HOME, LC_ALL=C.UTF-8); the caller's own is not passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  /** Gets every line of output as it comes; nothing is returned then. */
  readonly log?: (line: string) => void;
}

export interface ProcessResult {
  /** Exit status; 128 + number for a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessRunner {
  /** Runs to the end; a failing command is a result. Rejects with `HOST_MISSING_TOOL` when argv[0] is not there. */
  run(spec: ProcessSpec): Promise<ProcessResult>;
  /** Absolute path of a command in PATH (sbin folders included), or undefined. */
  which(command: string): Promise<string | undefined>;
}
