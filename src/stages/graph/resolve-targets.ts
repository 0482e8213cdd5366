import { KublerError } from '../../errors.ts';
import { splitImageId, type ImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import { suggest } from '../../model/suggest.ts';
import { suggestImage } from './suggest-image.ts';

function unknownTarget(project: Project, target: string, namespace: string | undefined): KublerError {
  const ids = [...project.images.keys()].map(splitImageId);
  const nearby = ids.filter((id) => id.namespace === namespace).map(({ name }) => name);
  const meant =
    suggest(target, [...nearby, ...project.namespaces.keys()]) ?? suggestImage(project.images.keys(), target);
  const way = ids.length === 0 ? 'there are no images yet: kubler new image NAMESPACE/NAME' : 'kubler list';
  return new KublerError(
    'GRAPH_UNKNOWN_TARGET',
    `cannot find target "${target}": there is no such namespace or image`,
    { hint: meant === undefined ? way : `did you mean "${meant}"?` },
  );
}

/** Images of the project, and those with faults: what they are called is known. */
const allImages = ({ images, broken }: Project): readonly ImageId[] => [
  ...images.keys(),
  ...broken.images.keys(),
];

/** Whether an image is of this project, and not of a namespace of the user's. */
const isOwn =
  ({ namespaces }: Project) =>
  (id: ImageId): boolean =>
    namespaces.get(splitImageId(id).namespace)?.isShared !== true;

/** The images one target names; undefined when it names nothing. */
function imagesOf(
  target: string,
  project: Project,
  namespace: string | undefined,
): readonly ImageId[] | undefined {
  const known = allImages(project);
  if (project.namespaces.has(target)) return known.filter((id) => splitImageId(id).namespace === target);
  const id = target.includes('/') || namespace === undefined ? target : `${namespace}/${target}`;
  const found = known.find((each) => each === id);
  return found && [found];
}

/**
 * The images that targets name: `namespace`, `namespace/image`, or `image` in the default namespace (the only one
 * there is, when none is given). A namespace wins over an image of the same name. No target means every image of the
 * project itself.
 * Targets that name nothing come back as faults.
 */
export function resolveTargets(
  project: Project,
  targets: readonly string[],
  defaultNamespace: string | undefined,
): { readonly ids: ReadonlySet<ImageId>; readonly faults: readonly KublerError[] } {
  if (targets.length === 0) return { ids: new Set(allImages(project).filter(isOwn(project))), faults: [] };
  const namespaces = [...project.namespaces.values()].flatMap(({ name, isShared }) =>
    isShared ? [] : [name],
  );
  const namespace = defaultNamespace ?? (namespaces.length === 1 ? namespaces[0] : undefined);
  const faults: KublerError[] = [];
  const ids = targets.flatMap((written) => {
    const target = written.replace(/\/+$/, '');
    const images = imagesOf(target, project, namespace);
    if (images === undefined) faults.push(unknownTarget(project, target, namespace));
    return images ?? [];
  });
  return { ids: new Set(ids), faults };
}
