import { splitImageId, type ImageId } from '../../model/image-id.ts';
import { suggest } from '../../model/suggest.ts';

const nameOf = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

/** The one of these images that was probably meant by `text`: one of that name in another namespace, or one that is written alike. */
export function suggestImage(images: Iterable<ImageId>, text: string): ImageId | undefined {
  const ids = [...images];
  const alike = suggest(text, ids);
  return ids.find((id) => id === alike) ?? ids.find((id) => splitImageId(id).name === nameOf(text));
}
