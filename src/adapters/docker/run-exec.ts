import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { PassThrough, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KublerError } from '../../errors.ts';
import type { ExecResult, ExecSpec } from '../../ports/engine.ts';
import { collectOutput } from '../system/collect-output.ts';
import { attachStreams, attachTerminal } from './attach.ts';
import { throwIfInterrupted, toKublerError } from './daemon-error.ts';
import { readFrames, type Frame } from './frames.ts';
import type { DockerHost } from './host.ts';
import { apiPath, hijack, request } from './request.ts';

/** A command in a running container. */
export interface ExecCall extends Pick<ExecSpec, 'argv' | 'stdin' | 'stdout' | 'log' | 'attach' | 'signal'> {
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  /** `<uid>:<gid>`; empty: the container's. */
  readonly user: string;
}

/** What the daemon knows of a command. */
interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  /** 0 for what never ran; of Podman also for what has ended. */
  readonly Pid: number;
}

/** Creates a command in a container that runs; nothing of it has started yet. @returns its id */
export async function createExec(host: DockerHost, containerId: string, call: ExecCall): Promise<string> {
  const { Id } = await request<{ readonly Id: string }>(host, {
    ...{ verb: verbOf(call), method: 'POST', path: apiPath`/containers/${containerId}/exec` },
    body: {
      ...{ Cmd: call.argv, Env: call.env, WorkingDir: call.cwd, User: call.user },
      ...{ AttachStdout: true, AttachStderr: true, Tty: call.attach === 'terminal' },
      AttachStdin: call.stdin !== undefined || call.attach !== undefined,
    },
  });
  return Id;
}

const verbOf = ({ argv }: Pick<ExecCall, 'argv'>): string => `run "${argv[0]}"`;

/** Connects to a created command, and so starts it. */
export const startExec = (host: DockerHost, execId: string, call: ExecCall): Promise<Duplex> =>
  hijack(host, {
    ...{ verb: verbOf(call), method: 'POST', path: apiPath`/exec/${execId}/start` },
    body: { Detach: false, Tty: call.attach === 'terminal' },
  });

/** Runs a command to its end; see `Session.exec`. */
export async function runExec(host: DockerHost, containerId: string, call: ExecCall): Promise<ExecResult> {
  const signal = call.signal ? AbortSignal.any([host.signal, call.signal]) : host.signal;
  throwIfInterrupted({ signal }, verbOf(call));
  const execId = await createExec(host, containerId, call);
  const connection = await startExec(host, execId, call);
  const cut = (): void => void connection.destroy(new Error('interrupted'));
  signal.addEventListener('abort', cut, { once: true });
  const said = new Tail();
  const ended = new AbortController();
  watch(host, execId, call, ended.signal).catch((error: unknown) => {
    if (!ended.signal.aborted) connection.destroy(error as Error);
  });
  try {
    const stdout = await converse(host, execId, connection, call, said);
    throwIfInterrupted({ signal }, verbOf(call));
    const exitCode = await waitForExit(host, execId, call, said);
    return { exitCode, stdout };
  } catch (error) {
    throwIfInterrupted({ signal }, verbOf(call), error);
    throw isOfConnection(error) ? toKublerError(host, verbOf(call), error) : error;
  } finally {
    ended.abort();
    signal.removeEventListener('abort', cut);
    connection.destroy();
  }
}

const watchMs = 30_000;

/**
 * Asks from time to time whether a command still runs, as a connection that says nothing may have been lost on the way.
 * Rejects when the daemon does not answer, or says that it has ended although its output has not.
 */
async function watch(host: DockerHost, execId: string, call: ExecCall, ended: AbortSignal): Promise<never> {
  const path = apiPath`/exec/${execId}/json`;
  for (let silent = 0; silent < 2;) {
    await sleep(watchMs, undefined, { signal: ended, ref: false });
    const { Running } = await request<ExecState>(host, { verb: verbOf(call), method: 'GET', path });
    silent = Running ? 0 : silent + 1;
  }
  const reason = `the connection to ${host.name} was lost`;
  throw new KublerError('ENGINE_UNAVAILABLE', `cannot ${verbOf(call)}: ${reason}`);
}

const isOfConnection = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));

/** Ends with the command's output. @returns standard output, when it is captured */
async function converse(
  host: DockerHost,
  execId: string,
  connection: Duplex,
  call: ExecCall,
  said: Tail,
): Promise<string> {
  if (call.attach === 'terminal')
    await attachTerminal(connection, (h, w) => resize(host, execId, { h: String(h), w: String(w) }));
  else if (call.attach === 'streams') await attachStreams(connection);
  else {
    const [stdout] = await Promise.all([receive(connection, call, said), feed(connection, call.stdin)]);
    return stdout;
  }
  return '';
}

/** A size that comes too early or too late does not matter. */
function resize(host: DockerHost, execId: string, query: Readonly<Record<'h' | 'w', string>>): void {
  const path = apiPath`/exec/${execId}/resize`;
  request(host, { verb: 'resize a terminal', method: 'POST', path, query }).catch(() => undefined);
}

async function receive(connection: Duplex, call: ExecCall, said: Tail): Promise<string> {
  const { stdout: to = 'log', log } = call;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [captured] = await Promise.all([
    typeof to === 'object'
      ? pipeline(stdout, createWriteStream(to.hostFile)).then(() => '')
      : collectOutput(stdout, to === 'log' ? log : undefined),
    collectOutput(stderr, log),
    deal(readFrames(connection), { stdout, stderr }, said),
  ]);
  return captured;
}

async function deal(
  frames: AsyncIterable<Frame>,
  streams: Readonly<Record<Frame['stream'], PassThrough>>,
  said: Tail,
): Promise<void> {
  try {
    for await (const { stream, bytes } of frames) {
      said.add(bytes);
      const to = streams[stream];
      // Whoever reads it has failed, and says why.
      if (to.destroyed) return;
      if (!to.write(bytes)) await drained(to);
    }
    for (const stream of Object.values(streams)) stream.end();
  } catch (error) {
    for (const stream of Object.values(streams)) stream.destroy(error as Error);
    throw error;
  }
}

function drained(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

/** A command need not read all it is given: the pipe it closes is no failure. The end of the input is not that of the output. */
async function feed(connection: Duplex, input: ExecCall['stdin']): Promise<void> {
  if (input === undefined) return;
  const closed = once(connection, 'close');
  await Promise.race([new Promise<void>((resolve) => connection.end(input, resolve)), closed]).catch(
    () => undefined,
  );
}

/** Its output may end a little before the daemon has noticed that it has. */
async function waitForExit(host: DockerHost, execId: string, call: ExecCall, said: Tail): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const path = apiPath`/exec/${execId}/json`;
    const state = await request<ExecState>(host, { verb: verbOf(call), method: 'GET', path });
    if (!state.Running && state.ExitCode !== null) return exitCodeOf(host, state, call, said);
    await sleep(Math.min(10 * 2 ** tries, 1000));
  }
  throw new KublerError('ENGINE_REFUSED', `cannot ${verbOf(call)}: ${host.name} does not say how it ended`);
}
const maxTries = 60;

function exitCodeOf(host: DockerHost, { ExitCode, Pid }: ExecState, call: ExecCall, said: Tail): number {
  const code = ExitCode ?? 0;
  if (code !== 126 && code !== 127) return code;
  const reason = host.name === 'docker' && Pid !== 0 ? undefined : refusal(said.text());
  if (reason === undefined) return code;
  throw notStarted(call, reason);
}

/** What runtimes say of a program that they could not start: the last thing that comes out of the command. */
function refusal(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((each) => /OCI (?:runtime|permission denied)/.test(each));
  return line
    ?.replace(/^.*unable to start container process: (?:error during container init: )?/, '')
    .replace(/^Error: \w+: |: unknown$|: OCI (?:runtime|permission denied).*$/g, '');
}

/** The error for a command that could not be started. @param reason in the runtime's words: runc's, or crun's */
function notStarted(call: ExecCall, reason: string): KublerError {
  // Of a script without its interpreter the kernel says that it is not there, too.
  const isMissing = /^exec.*(?:not found in \$PATH|no such file or directory)/i.test(reason);
  const isForbidden = /^exec.*(?:permission denied|is a directory|exec format error)$/i.test(reason);
  const code = isMissing ? 'PROGRAM_NOT_FOUND' : isForbidden ? 'PROGRAM_NOT_EXECUTABLE' : 'ENGINE_REFUSED';
  return new KublerError(code, `cannot ${verbOf(call)}: ${reason.replace(/^exec:? "?.*?"?: /, '')}`);
}

/** The end of what a command writes. */
class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = Buffer.from(Buffer.concat([this.#bytes, bytes.subarray(-tailBytes)]).subarray(-tailBytes));
  }

  text(): string {
    return this.#bytes.toString();
  }
}
const tailBytes = 1024;
