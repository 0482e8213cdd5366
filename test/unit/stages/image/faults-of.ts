import { KublerError, KublerErrors } from '../../../../src/errors.ts';

/** The faults that an action throws, one or several. */
export function faultsOf(action: () => unknown): readonly KublerError[] {
  try {
    action();
  } catch (error) {
    return listFaults(error);
  }
  return [];
}

/** The faults that a promise rejects with. */
export async function faultsOfAsync(promise: Promise<unknown>): Promise<readonly KublerError[]> {
  return promise.then(() => [], listFaults);
}

function listFaults(error: unknown): readonly KublerError[] {
  if (error instanceof KublerErrors) return error.errors;
  if (error instanceof KublerError) return [error];
  throw error;
}
