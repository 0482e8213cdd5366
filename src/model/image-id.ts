import { KublerError } from '../errors.ts';

/** `namespace/name` of an image in a project, such as `web/apache2`. */
export type ImageId = `${string}/${string}`;

/** What a namespace, image or builder may be called; the rule is shown to the user as `nameRule`. */
const namePattern = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
export const nameRule =
  'lower-case letters and digits, with single ".", "_" or "-" between them, at most 64 characters';

/** True when `name` may name a namespace, an image or a builder. */
export function isValidName(name: string): boolean {
  return name.length <= 64 && namePattern.test(name);
}

/** True when `text` has the form `namespace/name` with two valid names. */
export function isImageId(text: string): text is ImageId {
  const parts = text.split('/');
  return parts.length === 2 && parts.every(isValidName);
}

/** Parses `namespace/name`; throws `USAGE_INVALID` with the naming rule otherwise. */
export function parseImageId(text: string): ImageId {
  if (isImageId(text)) return text;
  throw new KublerError('USAGE_INVALID', `cannot read "${text}" as an image: it is not NAMESPACE/NAME`, {
    hint: `each of the two names is ${nameRule}`,
  });
}

/** The two names of an image id. */
export function splitImageId(id: ImageId): { readonly namespace: string; readonly name: string } {
  const slash = id.indexOf('/');
  return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}
