import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KublerError } from '../../errors.ts';
import type { ContainerLog } from '../../ports/engine.ts';
import { collectOutput } from '../system/collect-output.ts';

export type Argv = readonly [string, ...string[]];

export interface CommandSpec {
  readonly argv: Argv;
  readonly env?: Readonly<Record<string, string>>;
  /** None: an empty one. */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array>;
  readonly stdout?: 'log' | 'capture' | { readonly hostFile: string };
  readonly log?: ContainerLog;
  /** Kills it, and its process group. */
  readonly signal?: AbortSignal;
}

export interface CommandResult {
  /** Exit status; 128 + number for a signal. */
  readonly exitCode: number;
  /** With `stdout: 'capture'`; otherwise empty. */
  readonly stdout: string;
}

/**
 * Runs a command of the host to its end; rejects with `HOST_MISSING_TOOL` when it is not there, and with what `log`
 * throws: the command's pipe is closed then, and it ends with whatever helper it runs in.
 */
export async function runCommand(spec: CommandSpec): Promise<CommandResult> {
  const { stdin, stdout: to = 'log' } = spec;
  await using file = typeof to === 'object' ? await open(to.hostFile, 'w') : undefined;
  const input = stdin === undefined ? 'ignore' : 'pipe';
  // Given the file itself, the command writes at its own pace and nothing passes through here.
  const child = startCommand(spec.argv, [input, file ? file.fd : 'pipe', 'pipe'], spec.env);
  const kill = () => killGroup(child);
  spec.signal?.addEventListener('abort', kill, { once: true });
  return await attend(child, spec).finally(() => spec.signal?.removeEventListener('abort', kill));
}

/** Gives a command its input, takes its output, and waits for its end. Rejects as `runCommand` does. */
export async function attend(
  child: ChildProcess,
  { stdin, stdout: to, log = () => undefined }: Pick<CommandSpec, 'stdin' | 'stdout' | 'log'>,
): Promise<CommandResult> {
  const [exitCode, stdout] = await Promise.all([
    exitStatus(child),
    collect(child.stdout, to === 'capture' ? undefined : (line) => log(line, 'stdout')),
    collect(child.stderr, (line) => log(line, 'stderr')),
    feed(child.stdin, stdin),
  ]);
  return { exitCode, stdout: to === 'capture' ? stdout : '' };
}

/**
 * Starts a command in a session of its own: a Ctrl-C at the terminal reaches Kubler alone, which then decides what
 * ends and how.
 */
export function startCommand(
  argv: Argv,
  stdio: StdioOptions,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [command, ...args] = argv;
  return spawn(command, args, { stdio, detached: true, cwd: '/', env: { ...hostEnv, ...env } });
}

/** Every command leads a process group; see `startCommand`. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

/** The same command with a umask that does not depend on the caller's. */
export const withUmask = (argv: Argv): Argv => ['sh', '-c', 'umask 022 && exec "$@"', 'sh', ...argv];

const hostEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  // mount(8) of util-linux 2.39 and later passes each option through fsconfig(2), which takes 255 bytes.
  LIBMOUNT_FORCE_MOUNT2: 'always',
};

/** Resolves when a process has ended and its streams are closed. */
export function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(child.spawnfile, cause)));
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}

const notStarted = (command: string, cause: Error): KublerError =>
  new KublerError('HOST_MISSING_TOOL', `cannot run "${command}": ${cause.message}`, {
    hint: '`kubler doctor` lists what is missing and how to get it',
    cause,
  });

async function collect(stream: Readable | null, log: ((line: string) => void) | undefined): Promise<string> {
  return stream ? collectOutput(stream, log) : '';
}

/** A command need not read all it is given: the pipe it closes is no failure. */
async function feed(stream: Writable | null, input: CommandSpec['stdin']): Promise<void> {
  if (!stream || input === undefined) return;
  const chunks = typeof input === 'string' || input instanceof Uint8Array ? [input] : input;
  await pipeline(chunks, stream).catch((error: unknown) => {
    if (!isClosedPipe(error)) throw error;
  });
}

const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED'].includes(String(error.code));
