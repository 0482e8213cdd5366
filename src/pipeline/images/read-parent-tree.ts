import type { ImageRecord } from '../../model/image-record.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';

/** An image that another was built on, while it is still the same. */
export interface ParentTree {
  readonly record: ImageRecord;
  readonly tree: BuiltTree;
}

/** Reads the parent of an image; undefined for one on scratch, and when another image has taken its name. */
export async function readParentTree(
  { records }: Pick<Workspace, 'records'>,
  { parentDigest }: ImageRecord,
): Promise<ParentTree | undefined> {
  if (parentDigest === undefined) return undefined;
  for (const id of await records.list()) {
    const record = await records.read(id);
    if (record?.configDigest !== parentDigest) continue;
    const tree = await records.readTree(record);
    return tree && { record, tree };
  }
  return undefined;
}
