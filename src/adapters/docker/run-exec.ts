import type { Duplex } from 'node:stream';
import type { ContainerLog, ExecResult, ExecSpec } from '../../ports/engine.ts';
import { converse, type Ended, type PeerState } from './converse.ts';
import { throwIfInterrupted } from './daemon-error.ts';
import type { DockerHost } from './host.ts';
import { notStarted, refusal } from './not-started.ts';
import { apiPath, hijack, request } from './request.ts';

/** A command in a running container. */
export interface ExecCall extends Pick<ExecSpec, 'argv' | 'stdin' | 'stdout' | 'attach' | 'signal'> {
  readonly log: ContainerLog;
  /** `NAME=value` */
  readonly env: readonly string[];
  readonly cwd: string;
  /** `<uid>:<gid>`; empty: the container's. */
  readonly user: string;
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

/** Runs a command to its end; see `Session.exec`. @param begun is told its id */
export async function runExec(
  host: DockerHost,
  containerId: string,
  call: ExecCall,
  begun: (execId: string) => void = () => undefined,
): Promise<ExecResult> {
  const signal = call.signal ? AbortSignal.any([host.signal, call.signal]) : host.signal;
  throwIfInterrupted({ signal }, verbOf(call));
  const id = await createExec(host, containerId, call);
  const connection = await startExec(host, id, call);
  begun(id);
  const cut = (): void => void connection.destroy(new Error('interrupted'));
  signal.addEventListener('abort', cut, { once: true });
  try {
    const peer = { connection, kind: 'exec', id, readState: () => readExec(host, id) } as const;
    const ended = await converse(host, peer, { ...call, verb: verbOf(call) });
    throwIfInterrupted({ signal }, verbOf(call));
    return { exitCode: exitCodeOf(host, ended, call), stdout: ended.stdout };
  } catch (error) {
    throwIfInterrupted({ signal }, verbOf(call), error);
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
  }
}

/** What the daemon knows of a command. */
export const readExec = (host: DockerHost, id: string): Promise<PeerState> =>
  request<PeerState>(host, { verb: 'look at a command', method: 'GET', path: apiPath`/exec/${id}/json` });

function exitCodeOf(host: DockerHost, { state, tail }: Ended, call: ExecCall): number {
  const code = state.ExitCode ?? 0;
  if (code !== 126 && code !== 127) return code;
  const reason = host.name === 'docker' && state.Pid !== 0 ? undefined : refusal(tail);
  if (reason === undefined) return code;
  throw notStarted(verbOf(call), reason);
}
