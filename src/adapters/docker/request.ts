import type { Duplex, Readable } from 'node:stream';
import { throwIfInterrupted, toKublerError } from './daemon-error.ts';
import type { Connection } from './host.ts';

/** One call of the Docker API (v1.41, "Docker Engine API reference"). */
export interface ApiCall {
  /** As in "cannot <verb>". */
  readonly verb: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** Below the version: `/containers/json`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | boolean | readonly string[]>>;
  readonly body?: object;
  /** Sent instead of a body; destroyed when the call ends. */
  readonly stream?: Readable;
  /** How long an answer may take, default two minutes. */
  readonly timeoutMs?: number;
  /** Goes on after an interrupt: for clearing up. */
  readonly evenInterrupted?: boolean;
}

/** As docker-modem, which dockerode exposes untyped, takes them. */
interface DialOptions {
  readonly path: string;
  readonly method: string;
  readonly statusCodes: Readonly<Record<number, true>>;
  readonly abortSignal: AbortSignal;
  readonly options: object;
  readonly allowEmpty?: boolean;
  readonly file?: Readable | Buffer;
  readonly hijack?: boolean;
  readonly openStdin?: boolean;
  readonly isStream?: boolean;
}
interface Modem {
  dial(options: DialOptions, done: (error: unknown, data: unknown) => void): void;
}

const defaultTimeoutMs = 120_000;
/** For what takes as long as its bytes: commits, imports. */
export const bulkTimeoutMs = 3_600_000;

const succeeded = { 101: true, 200: true, 201: true, 204: true, 304: true } as const;

/**
 * Makes one call and resolves with the JSON of its answer, or its bytes when it is none. Rejects with `INTERRUPTED` on
 * an abort, `ENGINE_UNAVAILABLE` when the daemon is not there or says nothing in time, else as `toKublerError` has it.
 */
export async function request<T = unknown>(host: Connection, call: ApiCall): Promise<T> {
  const { stream, timeoutMs = defaultTimeoutMs } = call;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return (await dial(host, call, {}, timeout)) as T;
  } catch (error) {
    if (call.evenInterrupted !== true) throwIfInterrupted(host, call.verb, error);
    throw toKublerError(host, call.verb, timeout.aborted ? noAnswer(timeoutMs) : error);
  } finally {
    stream?.destroy();
  }
}

const noAnswer = (timeoutMs: number): Error =>
  Object.assign(new Error(`it did not answer in ${timeoutMs / 1000} seconds`), { code: 'ETIMEDOUT' });

/** Makes a call that turns its connection into a raw stream; ending that says that there is no more input. */
export async function hijack(host: Connection, call: ApiCall): Promise<Duplex> {
  const refused = new AbortController();
  try {
    const upgraded = {
      ...{ hijack: true, openStdin: true, isStream: true },
      // Podman would take a body that it does not read for input.
      ...(!call.body && { file: Buffer.alloc(0) }),
    };
    return (await dial(host, call, upgraded, refused.signal)) as Duplex;
  } catch (error) {
    // Its input is still open, and this process would wait for its end.
    refused.abort();
    throwIfInterrupted(host, call.verb, error);
    throw toKublerError(host, call.verb, error);
  }
}

function dial(
  host: Connection,
  call: ApiCall,
  how: Partial<DialOptions>,
  timeout: AbortSignal,
): Promise<unknown> {
  if (call.evenInterrupted !== true) throwIfInterrupted(host, call.verb);
  const abortSignal = call.evenInterrupted === true ? timeout : AbortSignal.any([timeout, host.signal]);
  const options: DialOptions = {
    path: `${call.path}?`,
    method: call.method,
    statusCodes: succeeded,
    options: { _query: call.query ?? {}, _body: call.body ?? {} },
    // Podman wants a body where Docker does without.
    allowEmpty: true,
    abortSignal,
    ...(call.stream && { file: call.stream }),
    ...how,
  };
  return new Promise((resolve, reject) => {
    const modem = host.docker.modem as Modem;
    modem.dial(options, (error, data) => (error ? reject(toError(error)) : resolve(data)));
  });
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** A path of the API with a name or id in it. */
export const apiPath = (strings: TemplateStringsArray, ...values: readonly string[]): string =>
  String.raw({ raw: strings.raw }, ...values.map((value) => encodeURIComponent(value)));
