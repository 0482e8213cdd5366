import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import type { TestResult } from '../../model/test-report.ts';
import type { Workspace } from '../workspace.ts';

/** An image as lists show it. */
export interface ListedImage {
  readonly image: ImageId;
  /** `imported` for one made from a tarball. */
  readonly parent: string;
  readonly tags: readonly string[];
  readonly built: boolean;
  readonly sizeBytes?: number;
  readonly imageId?: string;
  /** How many. */
  readonly packages?: number;
  /** Whether what was built last did not pass its tests. */
  readonly failed: boolean;
  readonly tests: readonly TestResult[];
}

/** The images of a project, built or not, and after them the imported ones. */
export async function listImages(
  { records, failed }: Pick<Workspace, 'records' | 'failed'>,
  project: Project,
): Promise<readonly ListedImage[]> {
  const own = [...project.images.values()].map(async ({ id, parent, tags }) => {
    const record = await records.read(id);
    const unfit = await failed.read(id);
    return {
      ...{ image: id, parent, tags, built: record !== undefined, ...(record && factsOf(record)) },
      ...{ failed: unfit !== undefined, tests: (unfit ?? record)?.tests?.results ?? [] },
    };
  });
  const others = (await records.list()).filter((id) => !project.images.has(id));
  const imported = (await Promise.all(others.map((id) => records.read(id)))).flatMap((record) =>
    record?.imported === undefined
      ? []
      : [
          {
            image: record.id,
            parent: 'imported',
            tags: record.tags,
            built: true,
            ...factsOf(record),
            failed: false,
            tests: [],
          },
        ],
  );
  return [...(await Promise.all(own)), ...imported];
}

const factsOf = (record: ImageRecord): Pick<ListedImage, 'sizeBytes' | 'imageId' | 'packages'> => ({
  sizeBytes: record.sizeBytes,
  imageId: record.configDigest,
  packages: record.packages.length,
});
