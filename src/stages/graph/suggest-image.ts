import { splitImageId, type ImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import { suggest } from '../../model/suggest.ts';

const nameOf = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

/** The image probably meant by `text`: one of that name in another namespace, or one that is written alike. */
export function suggestImage(project: Project, text: string): ImageId | undefined {
  const ids = [...project.images.keys()];
  const alike = suggest(text, ids);
  return ids.find((id) => id === alike) ?? ids.find((id) => splitImageId(id).name === nameOf(text));
}
