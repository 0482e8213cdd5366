import { KublerError } from '../../errors.ts';
import { isImageId, splitImageId, type ImageId } from '../../model/image-id.ts';
import type { ImageDefinition, Project } from '../../model/project.ts';
import { suggestImage, type CopySources } from '../../stages/graph/index.ts';
import { findCopiedNames, readTemplate, type CopiedNames } from '../../stages/image/index.ts';
import { templateVariables } from './read-dockerfile.ts';

/**
 * Which images the Dockerfile of each image copies from, as far as they can be told: what cannot be read is reported
 * when the image is planned. A parent's ONBUILD triggers count for its children.
 */
export async function findCopySources(project: Project): Promise<CopySources> {
  const named = new Map<ImageId, CopiedNames>();
  for (const definition of project.images.values()) named.set(definition.id, await readNames(definition));
  const sourcesOf = ({ id, parent }: ImageDefinition): readonly ImageId[] => {
    const inherited = parent === 'scratch' ? [] : (named.get(parent)?.ofTriggers ?? []);
    const names = [...(named.get(id)?.own ?? []), ...inherited];
    const found = names
      .map((name) => findImage(project, id, name))
      .filter((each) => typeof each === 'string');
    return [...new Set(found)];
  };
  return new Map([...project.images.values()].map((definition) => [definition.id, sourcesOf(definition)]));
}

async function readNames(definition: ImageDefinition): Promise<CopiedNames> {
  try {
    return findCopiedNames(await readTemplate(definition.dir), templateVariables(definition));
  } catch (error) {
    if (error instanceof KublerError) return { own: [], ofTriggers: [] };
    throw error;
  }
}

/** The image that `COPY --from` names: `namespace/image`, or `image` of the namespace it stands in. */
export function findImage(
  project: Project,
  user: ImageId,
  name: string,
): ImageId | { readonly hint: string } {
  const id = name.includes('/') ? name : `${splitImageId(user).namespace}/${name}`;
  if (isImageId(id) && project.images.has(id)) return id;
  const meant = suggestImage(project.images.keys(), id);
  return {
    hint:
      meant === undefined
        ? 'name an image of this project: --from=NAMESPACE/IMAGE'
        : `did you mean "${meant}"?`,
  };
}
