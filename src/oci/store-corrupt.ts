import { KublerError } from '../errors.ts';

/** `STORE_CORRUPT`: `what` of the image store is missing, damaged or not what it should be. */
export function storeCorrupt(what: string, reason: string, cause?: unknown): KublerError {
  const hint = 'build the image again';
  return new KublerError('STORE_CORRUPT', `cannot read ${what} of the image store: ${reason}`, {
    hint,
    cause,
  });
}
