import type { KublerError } from '../errors.ts';
import { splitImageId, type ImageId } from './image-id.ts';
import type { Project } from './project.ts';

/** Everything that is wrong with images and builders of a project, but for those of the user's shared namespaces. */
export function brokenFaults({
  broken,
  namespaces,
}: Pick<Project, 'broken' | 'namespaces'>): readonly KublerError[] {
  const isOwn = (name: string): boolean =>
    !name.includes('/') || namespaces.get(splitImageId(name as ImageId).namespace)?.isShared !== true;
  return [...broken.images, ...broken.builders].flatMap(([name, faults]) => (isOwn(name) ? faults : []));
}
