import { KublerError } from '../../errors.ts';
import type { Digest } from '../../model/digest.ts';
import type { Project } from '../../model/project.ts';
import { tagPattern, tagRule } from '../../model/tag.ts';
import { findReference } from './find-reference.ts';
import type { Workspace } from '../workspace.ts';

/** Gives an image a further tag, which stays with it when the image is built again; one that is taken moves. */
export async function tagImage(
  workspace: Workspace,
  project: Project,
  spec: { readonly image: string; readonly tag: string },
): Promise<{ readonly reference: string; readonly manifest: Digest }> {
  if (!tagPattern.test(spec.tag)) {
    throw new KublerError('USAGE_INVALID', `cannot use tag "${spec.tag}": it is no tag`, {
      hint: `a tag is ${tagRule}`,
    });
  }
  const { id, manifest } = await findReference(workspace, project, spec.image);
  const reference = `${id}:${spec.tag}`;
  await workspace.layout.setReference(reference, manifest);
  return { reference, manifest: manifest.digest };
}
