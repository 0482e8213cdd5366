import pLimit from 'p-limit';
import type { Fetched } from '../../../model/progress.ts';
import { settleAll } from '../../../model/settle-all.ts';

/**
 * Fetches packages four at a time; results are in their order. When one fails those that wait are not begun.
 * @param onProgress told at the start and after each package
 */
export async function fetchAll<Item extends { readonly sizeBytes: number }, Result>(
  items: readonly Item[],
  fetchOne: (item: Item) => Promise<Result>,
  onProgress?: (done: Fetched) => void,
): Promise<readonly Result[]> {
  const limit = pLimit(4);
  const stop = new AbortController();
  const done = { files: 0, bytes: 0 };
  const total = { ofFiles: items.length, ofBytes: items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const tell = (): void => onProgress?.({ ...done, ...total });
  tell();
  const fetchAndTell = async (item: Item): Promise<Result> => {
    stop.signal.throwIfAborted();
    const result = await fetchOne(item);
    done.files += 1;
    done.bytes += item.sizeBytes;
    tell();
    return result;
  };
  // One failure is enough: those that wait fail with the same.
  const stopAll = (reason: unknown): never => {
    stop.abort(reason);
    throw reason;
  };
  return settleAll(items.map((item) => limit(() => fetchAndTell(item).catch(stopAll))));
}
