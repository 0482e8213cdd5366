/**
 * Like `Promise.all`, but when one fails the others are waited for before its error is thrown: whoever cleans up
 * afterwards knows that nothing writes any more.
 */
export async function settleAll<const T extends readonly Promise<unknown>[]>(
  promises: T,
): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
