import type { ImageRecord } from '../../model/image-record.ts';
import { mediaTypes } from '../../oci/types.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';

/**
 * Makes a finished image known: its tags, then its record. Tags that the image before it had and this one has not go
 * last; those that `kubler tag` gave stay with the image they were given to.
 */
export async function keepImage(
  { layout, records }: Workspace,
  record: ImageRecord,
  tree: BuiltTree,
): Promise<void> {
  const former = await records.read(record.id);
  const manifest = { mediaType: mediaTypes.manifest, ...record.manifest };
  for (const tag of record.tags) await layout.setReference(`${record.id}:${tag}`, manifest);
  await records.write(record, tree);
  for (const tag of former?.tags ?? []) {
    if (!record.tags.includes(tag)) await layout.removeReference(`${record.id}:${tag}`);
  }
}
