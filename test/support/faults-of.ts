import { KublerError, KublerErrors } from '../../src/errors.ts';

/** The failures that `work` throws or rejects with; none when it succeeds. Anything but a `KublerError` is thrown on. */
export async function faultsOf(work: () => unknown): Promise<readonly KublerError[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof KublerErrors) return error.errors;
    if (error instanceof KublerError) return [error];
    throw error;
  }
}
