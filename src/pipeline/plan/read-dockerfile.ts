import { splitImageId } from '../../model/image-id.ts';
import type { ImageDefinition } from '../../model/project.ts';
import { toOciArchitecture } from '../../model/architecture.ts';
import {
  planInContext,
  readTemplate,
  type DraftedImage,
  type PlanOptions,
} from '../../stages/image/index.ts';

/** Reads and checks an image's Dockerfile.template. Throws IMAGE_INVALID when there is none; its other faults it gives. */
export async function readDockerfile(
  definition: ImageDefinition,
  { parent, findImage }: Pick<PlanOptions, 'parent' | 'findImage'>,
): Promise<DraftedImage> {
  const { file, text } = await readTemplate(definition.dir);
  return planInContext({
    file,
    text,
    variables: templateVariables(definition),
    contextDir: definition.dir,
    rootfs: 'required',
    architecture: toOciArchitecture(process.arch),
    ...(parent && { parent }),
    ...(findImage && { findImage }),
  });
}

/** What the variables of a template stand for. */
export function templateVariables(definition: ImageDefinition): ReadonlyMap<string, string> {
  const fixed = [
    ['IMAGE_PARENT', definition.parent],
    ['MAINTAINER', definition.settings.maintainer],
    ['NAMESPACE', splitImageId(definition.id).namespace],
    ['TAG', definition.tags[0] ?? 'latest'],
    ['DEFAULT_BUILDER', definition.settings.defaultBuilder],
  ] as const;
  const own = [...definition.variables].flatMap(([name, value]) =>
    name.startsWith('BOB_') ? [[name, typeof value === 'string' ? value : value.join(' ')] as const] : [],
  );
  return new Map([...fixed, ...own]);
}
