import { KublerError, type SourcePosition } from '../../errors.ts';
import { splitImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import { didYouMean } from '../../model/suggest.ts';

/** Full name of a builder as it is written in a namespace: `debian` there is `ns/debian` if the namespace has one. */
export function resolveBuilder(
  project: Project,
  name: string,
  namespace: string | undefined,
): string | undefined {
  const own = `${namespace ?? ''}/${name}`;
  const isThere = (each: string): boolean => project.builders.has(each) || project.broken.builders.has(each);
  if (namespace !== undefined && !name.includes('/') && isThere(own)) return own;
  return isThere(name) ? name : undefined;
}

/** The fault of a builder nobody knows. `whose` says who needs it: `image "web/apache2": its builder`. */
export function unknownBuilder(
  project: Project,
  name: string,
  whose: string,
  at: { readonly at?: SourcePosition },
): KublerError {
  const known = [...project.builders.keys()].sort();
  const hint =
    didYouMean(name, known) ??
    renamedNamespace(project, name) ??
    missingNamespace(project, name) ??
    `there are: ${known.join(', ') || 'none'}`;
  return new KublerError('GRAPH_UNKNOWN_BUILDER', `cannot build ${whose} "${name}" does not exist`, {
    ...at,
    hint,
  });
}

/** The namespace of `ns/builder`; undefined for a builder of the whole project. */
export const namespaceOf = (builder: string): string | undefined =>
  builder.includes('/') ? splitImageId(builder as `${string}/${string}`).namespace : undefined;

/** Where to put the namespace of `ns/name`, when there is none of that name. */
export function missingNamespace(project: Project, name: string): string | undefined {
  const namespace = namespaceOf(name);
  if (namespace === undefined || project.namespaces.has(namespace)) return undefined;
  const place = `${project.settings.dataDir}/namespaces/${namespace}`;
  return `there is no namespace "${namespace}" here; one in ${place} would be found`;
}

/** A clone's folder is called like its repository, and its builders are in a namespace of another name. */
function renamedNamespace(project: Project, name: string): string | undefined {
  const namespace = namespaceOf(name);
  if (namespace === undefined || project.namespaces.has(namespace)) return undefined;
  const meant = [...project.builders.keys()].find((each) => each.endsWith(name.slice(namespace.length)));
  if (meant === undefined) return undefined;
  return `did you mean "${meant}"? If this namespace is called "${namespace}", rename its folder`;
}
