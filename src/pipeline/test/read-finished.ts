import type { Sha256 } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { FinishedImage } from './test-image.ts';
import type { Workspace } from '../workspace.ts';

/**
 * An image whose build got to its tests, whatever they said; of a failed and a good one the failed, which is newer.
 * @param key only one with this key
 */
export async function readFinished(
  { failed, records }: Workspace,
  id: ImageId,
  key?: Sha256,
): Promise<Pick<FinishedImage, 'record' | 'tree'> | undefined> {
  for (const store of [failed, records]) {
    const record = await store.read(id);
    const tree = record && (await store.readTree(record));
    if (tree && (key === undefined || record.key === key)) return { record, tree };
  }
  return undefined;
}
