import { KublerError } from '../../errors.ts';
import { isImageId, type ImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import { suggestImage } from '../../stages/graph/index.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

/**
 * The id of a built image that a command line names, NAMESPACE/IMAGE. It need not be one of the project.
 * Throws `IMAGE_NOT_BUILT` for an image of the project that has yet to be built, `GRAPH_UNKNOWN_TARGET` for any other
 * name, with the image that was probably meant.
 */
export async function findBuiltImage(
  workspace: Pick<Workspace, 'records' | 'failed'>,
  project: Project,
  text: string,
): Promise<ImageId> {
  if (isImageId(text) && project.images.has(text)) {
    return (await readRecord(workspace, text)).id;
  }
  const built = await workspace.records.list();
  const found = built.find((id) => id === text);
  if (found) return found;
  const meant = suggestImage([...built, ...project.images.keys()], text);
  throw new KublerError(
    'GRAPH_UNKNOWN_TARGET',
    `cannot find image "${text}": none of that name is built or in the project`,
    { hint: meant === undefined ? 'kubler list' : hintOf(meant, built) },
  );
}

const hintOf = (meant: ImageId, built: readonly ImageId[]): string =>
  built.includes(meant)
    ? `did you mean "${meant}"?`
    : `did you mean "${meant}"? build it first: kubler build ${meant}`;
