import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { constants as osConstants, homedir } from 'node:os';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { ProcessResult, ProcessRunner, ProcessSpec } from '../../ports/process-runner.ts';
import { collectOutput } from './collect-output.ts';

export interface ProcessRunnerOptions {
  /** Ends running commands, first kindly, after five seconds for good. */
  readonly signal: AbortSignal;
  /** Folders to look for commands in, as in PATH; the system's own are added. */
  readonly path?: string;
}

const systemPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Runs commands of the host without a shell and with an environment of their own. */
export function createProcessRunner(options: ProcessRunnerOptions): ProcessRunner {
  const path = [...new Set([...(options.path ?? '').split(':').filter(Boolean), ...systemPath])];
  const which = (command: string): Promise<string | undefined> => findCommand(command, path);
  return { which, run: (spec) => run(spec, which, path.join(':'), options.signal) };
}

async function findCommand(command: string, path: readonly string[]): Promise<string | undefined> {
  const candidates = command.includes('/') ? [command] : path.map((folder) => join(folder, command));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return undefined;
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK)
    .then(() => stat(file))
    .then(
      (found) => found.isFile(),
      () => false,
    );

async function run(
  spec: ProcessSpec,
  which: ProcessRunner['which'],
  path: string,
  signal: AbortSignal,
): Promise<ProcessResult> {
  const [command, ...args] = spec.argv;
  const file = await which(command);
  if (file === undefined) throw missing(command);
  // Loaded when something is run: with all that is cached, a build runs nothing here.
  const { execa } = await import('execa');
  if (signal.aborted) throw interrupted(command);
  const subprocess = execa(file, args, {
    env: { PATH: path, HOME: homedir(), LC_ALL: 'C.UTF-8', ...spec.env },
    extendEnv: false,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    ...(spec.stdin === undefined ? { stdin: 'ignore' as const } : { input: spec.stdin }),
    buffer: false,
    reject: false,
    // A process group of its own, so that what the command started ends with it.
    detached: true,
  });
  const disarm = endOnAbort(subprocess.pid, signal);
  const [stdout, stderr, result] = await Promise.all([
    collectOutput(subprocess.stdout, spec.log),
    collectOutput(subprocess.stderr, spec.log),
    subprocess,
  ]).finally(disarm);
  // The type does not say so, but waiting may have taken long.
  if ((signal as { readonly aborted: boolean }).aborted) throw interrupted(command);
  return { exitCode: toExitCode(command, result), stdout, stderr };
}

/** An abort ends a process group, first kindly, after five seconds for good, until the returned function is called. */
function endOnAbort(pid: number | undefined, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, name);
    } catch {
      // It has ended meanwhile.
    }
  };
  const end = (): void => {
    kill('SIGTERM');
    timer = setTimeout(kill, 5_000, 'SIGKILL');
  };
  signal.addEventListener('abort', end);
  return () => {
    signal.removeEventListener('abort', end);
    clearTimeout(timer);
  };
}

interface Ending {
  readonly exitCode?: number | undefined;
  readonly signal?: NodeJS.Signals | undefined;
  readonly originalMessage?: string | undefined;
}

function toExitCode(command: string, ending: Ending): number {
  if (ending.exitCode !== undefined) return ending.exitCode;
  if (ending.signal !== undefined) return 128 + osConstants.signals[ending.signal];
  const reason = ending.originalMessage ?? 'it did not start';
  throw new KublerError('HOST_UNSUPPORTED', `cannot run "${command}": ${reason}`, { cause: ending });
}

const interrupted = (command: string): KublerError =>
  new KublerError('INTERRUPTED', `cannot run "${command}": interrupted`);

const missing = (command: string): KublerError =>
  new KublerError('HOST_MISSING_TOOL', `cannot run "${command}": it is not installed`, {
    hint: '`kubler doctor` lists what is missing and how to get it',
  });
