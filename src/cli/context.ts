import type { Writable } from 'node:stream';
import type { HostReport } from '../model/engine-status.ts';
import type { Progress } from '../model/progress.ts';
import type { Project, Settings } from '../model/project.ts';
import type { Workspace } from '../pipeline/workspace.ts';

/** The world as a command sees it; `main.ts` fills it in, tests do as they like. */
export interface CliContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder with the builders, templates and schema that ship with Kubler. */
  readonly shippedDir: string;
  readonly homeDir: string;
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Results that are bytes. */
  readonly output: Writable;
  /** Standard input. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Talk: progress, warnings, errors. */
  readonly stderr: (text: string) => void;
  /** Whether someone sits at a terminal and can be asked. */
  readonly isTty: boolean;
  /** Whether standard input is a terminal. */
  readonly isInputTty: boolean;
  /** Whether standard output is a terminal. */
  readonly isOutputTty: boolean;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Connects the ports; heavy modules are loaded here and not before. */
  readonly openWorkspace: (settings: Settings, progress: Progress) => Promise<Workspace>;
  /** What this machine can do for a project; without one, for the shipped builder. */
  readonly probe: (project: Project | undefined) => Promise<HostReport>;
}

/** What a command line left to say by its exit status alone, such as that of a program it ran. */
export interface CliResult {
  status: number;
}
