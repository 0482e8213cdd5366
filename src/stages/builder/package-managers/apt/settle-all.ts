/**
 * Like `Promise.all`, but when one fails the others are waited for before its error is thrown: whoever cleans up
 * afterwards knows that nothing writes any more.
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
