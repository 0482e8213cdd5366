import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import type { RecordStore } from '../../store/index.ts';

/** Parents that no folder of the project describes: they may have been imported. */
export function foreignParents({ images }: Project): readonly ImageId[] {
  const parents = [...images.values()].flatMap(({ parent }) => (parent === 'scratch' ? [] : [parent]));
  return [...new Set(parents)].filter((id) => !images.has(id));
}

/** The imported images among the parents of a project. */
export async function readImports(
  records: Pick<RecordStore, 'read'>,
  project: Project,
): Promise<ReadonlyMap<ImageId, ImageRecord>> {
  const found = await Promise.all(foreignParents(project).map((id) => records.read(id)));
  return new Map(
    found.flatMap((record) => (record?.imported === undefined ? [] : [[record.id, record] as const])),
  );
}
