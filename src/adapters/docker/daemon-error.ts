import { KublerError } from '../../errors.ts';
import type { Connection } from './host.ts';

type Named = Pick<Connection, 'name'>;

/** What the modem says of a failure: a status with the daemon's own words, or a failed connection. */
interface Failure extends Error {
  readonly statusCode?: number;
  readonly json?: unknown;
  readonly code?: string;
}

const connectionCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
];

/** The status of a refusal by the daemon; undefined for anything else. */
export const statusOf = (error: unknown): number | undefined =>
  error instanceof KublerError ? (error.cause as Failure | undefined)?.statusCode : undefined;

/**
 * One error of ours for what went wrong with a daemon. @param verb as in "cannot <verb>"
 * - `ENGINE_UNAVAILABLE`: it is not there, has gone, or says nothing
 * - `HOST_WRITE_FAILED`: its disk is full
 * - `ENGINE_REFUSED`: it said no
 */
export function toKublerError({ name }: Named, verb: string, error: unknown): KublerError {
  if (error instanceof KublerError) return error;
  const failure = error as Failure;
  const reason = reasonOf(failure);
  if (failure.statusCode === undefined && isConnection(failure)) {
    return new KublerError('ENGINE_UNAVAILABLE', `cannot ${verb}: ${name} does not answer: ${reason}`, {
      hint: `see that ${name} runs, then do the same again; \`kubler doctor\` looks at it`,
      cause: error,
    });
  }
  if (/no space left on device|disk quota exceeded/i.test(reason)) {
    return new KublerError('HOST_WRITE_FAILED', `cannot ${verb}: the disk of ${name} is full`, {
      hint: `\`kubler clean\` removes what is not needed, \`${name} system df\` shows the rest`,
      details: [reason],
      cause: error,
    });
  }
  const isGone = failure.statusCode === 404 && /no such image|image not known/i.test(reason);
  return new KublerError('ENGINE_REFUSED', `cannot ${verb}: ${reason}`, {
    ...(isGone && { hint: 'run the command again: what is missing is made anew' }),
    cause: error,
  });
}

function reasonOf({ json, message }: Failure): string {
  const said = (json as { readonly message?: unknown } | null | undefined)?.message;
  return typeof said === 'string' && said !== '' ? said.trim() : message;
}

const isConnection = ({ code = '', message }: Failure): boolean =>
  connectionCodes.includes(code) || /socket hang up|aborted/.test(message);

/** Throws `INTERRUPTED` when the signal has been given. @param verb as in "cannot <verb>" */
export function throwIfInterrupted(
  { signal }: Pick<Connection, 'signal'>,
  verb: string,
  cause?: unknown,
): void {
  if (signal.aborted) throw new KublerError('INTERRUPTED', `cannot ${verb}: interrupted`, { cause });
}
