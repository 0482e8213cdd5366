import { KublerError } from '../../errors.ts';

/** Throws `INTERRUPTED` when the signal has been given. @param verb as in "cannot <verb>" */
export function throwIfAborted(signal: AbortSignal, verb: string, cause?: unknown): void {
  if (signal.aborted) throw new KublerError('INTERRUPTED', `cannot ${verb}: interrupted`, { cause });
}

/** Runs work that an abort makes fail in some way of its own, and rejects with `INTERRUPTED` then. */
export async function interruptible<T>(
  signal: AbortSignal,
  verb: string,
  work: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal, verb);
  try {
    const result = await work();
    throwIfAborted(signal, verb);
    return result;
  } catch (error) {
    throwIfAborted(signal, verb, error);
    throw error;
  }
}
