import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { PassThrough, type Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { KublerError } from '../../errors.ts';
import type { ContainerLog, ExecSpec } from '../../ports/engine.ts';
import { collectOutput } from '../system/collect-output.ts';
import { attachStreams, attachTerminal } from './attach.ts';
import { toKublerError } from './daemon-error.ts';
import { readFrames, type Frame } from './frames.ts';
import type { DockerHost } from './host.ts';
import { apiPath, request } from './request.ts';

/** What goes into a process and what is done with what comes out. */
export interface Talk extends Pick<ExecSpec, 'stdin' | 'stdout'> {
  /** As in "cannot <verb>". */
  readonly verb: string;
  readonly log: ContainerLog;
  /** As of `ExecSpec`; `output`: the caller's but for standard input. */
  readonly attach?: NonNullable<ExecSpec['attach']> | 'output';
}

/** A process of a daemon that one is connected with: a container's first, or a command in it. */
export interface Peer {
  readonly connection: Duplex;
  readonly kind: 'exec' | 'containers';
  readonly id: string;
  /** What the daemon knows of it now. */
  readonly readState: () => Promise<PeerState>;
}

export interface PeerState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  /** 0 for what never ran; of Podman also for what has ended. */
  readonly Pid: number;
}

/** How it ended, and what it wrote: captured, and the last bytes. */
export interface Ended {
  readonly state: PeerState;
  readonly stdout: string;
  readonly tail: string;
}

/** Talks with a process until it has ended. Rejects with what a log throws, `ENGINE_UNAVAILABLE` when the daemon goes. */
export async function converse(host: DockerHost, peer: Peer, talk: Talk): Promise<Ended> {
  const { connection } = peer;
  const said = new Tail();
  const ended = new AbortController();
  watch(host, peer, talk, ended.signal).catch((error: unknown) => {
    if (!ended.signal.aborted) connection.destroy(error as Error);
  });
  try {
    const stdout = await exchange(host, peer, talk, said);
    return { state: await waitForExit(host, peer, talk), stdout, tail: said.text() };
  } catch (error) {
    throw isOfConnection(error) ? toKublerError(host, talk.verb, error) : error;
  } finally {
    ended.abort();
    connection.destroy();
  }
}

const watchMs = 30_000;

/**
 * Asks from time to time whether a command still runs, as a connection that says nothing may have been lost on the way.
 * Rejects when the daemon does not answer, or says that it has ended although its output has not.
 */
async function watch(host: DockerHost, peer: Peer, talk: Talk, ended: AbortSignal): Promise<never> {
  for (let silent = 0; silent < 2;) {
    await sleep(watchMs, undefined, { signal: ended, ref: false });
    const { Running } = await peer.readState();
    silent = Running ? 0 : silent + 1;
  }
  const reason = `the connection to ${host.name} was lost`;
  throw new KublerError('ENGINE_UNAVAILABLE', `cannot ${talk.verb}: ${reason}`);
}

const isOfConnection = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));

/** Ends with the output. @returns standard output, when it is captured */
async function exchange(host: DockerHost, peer: Peer, talk: Talk, said: Tail): Promise<string> {
  const { connection } = peer;
  if (talk.attach === 'terminal') await attachTerminal(connection, (h, w) => resize(host, peer, h, w));
  else if (talk.attach !== undefined) await attachStreams(connection, talk.attach === 'streams');
  else {
    const [stdout] = await Promise.all([receive(connection, talk, said), feed(connection, talk.stdin)]);
    return stdout;
  }
  return '';
}

/** A size that comes too early or too late does not matter. */
function resize(host: DockerHost, { kind, id }: Peer, rows: number, columns: number): void {
  const path = `/${kind}${apiPath`/${id}/resize`}`;
  const query = { h: String(rows), w: String(columns) };
  request(host, { verb: 'resize a terminal', method: 'POST', path, query }).catch(() => undefined);
}

async function receive(connection: Duplex, talk: Talk, said: Tail): Promise<string> {
  const { stdout: to = 'log', log } = talk;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [captured] = await Promise.all([
    typeof to === 'object'
      ? pipeline(stdout, createWriteStream(to.hostFile)).then(() => '')
      : collectOutput(stdout, to === 'log' ? (line) => log(line, 'stdout') : undefined),
    collectOutput(stderr, (line) => log(line, 'stderr')),
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

function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

/** A command need not read all it is given: the pipe it closes is no failure. The end of the input is not that of the output. */
async function feed(connection: Duplex, input: Talk['stdin']): Promise<void> {
  if (input === undefined) return;
  const closed = once(connection, 'close');
  await Promise.race([give(connection, input), closed]).catch(() => undefined);
}

async function give(connection: Duplex, input: NonNullable<Talk['stdin']>): Promise<void> {
  const chunks = typeof input === 'string' || input instanceof Uint8Array ? [input] : input;
  for await (const chunk of chunks) if (!connection.write(chunk)) await drained(connection);
  await new Promise<void>((resolve) => connection.end(resolve));
}

/** Its output may end a little before the daemon has noticed that it has. */
async function waitForExit(host: DockerHost, peer: Peer, { verb }: Talk): Promise<PeerState> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const state = await peer.readState();
    if (!state.Running && state.ExitCode !== null) return state;
    await sleep(Math.min(10 * 2 ** tries, 1000));
  }
  throw new KublerError('ENGINE_REFUSED', `cannot ${verb}: ${host.name} does not say how it ended`);
}
const maxTries = 60;

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
