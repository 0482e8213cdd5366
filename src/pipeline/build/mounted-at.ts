import type { SourcePosition } from '../../errors.ts';
import { positionOf } from '../../model/position-of.ts';
import type { BuilderDefinition, ImageDefinition } from '../../model/project.ts';

/** Where a build.conf says what is mounted into build containers. */
export const mountedAt = (definition: ImageDefinition | BuilderDefinition): SourcePosition | undefined =>
  positionOf(definition, 'BUILDER_MOUNTS').at ?? positionOf(definition, 'BUILDER_DOCKER_ARGS').at;
