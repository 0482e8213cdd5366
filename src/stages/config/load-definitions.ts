import { basename, join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { isValidName, nameRule, type ImageId } from '../../model/image-id.ts';
import type { BuilderDefinition, ImageDefinition } from '../../model/project.ts';
import { foldersIn } from './file-kind.ts';
import { loadBuilder } from './load-builder.ts';
import type { LoadContext } from './load-context.ts';
import { loadImage } from './load-image.ts';

/** Loads each folder in `dir` by `load`, whose faults are noted; folders of faulty definitions are left out. */
async function loadEach<T>(
  dir: string,
  what: string,
  context: LoadContext,
  load: (dir: string) => Promise<T>,
): Promise<readonly T[]> {
  const loaded: T[] = [];
  for (const name of await foldersIn(dir)) {
    const definition = await context.diagnostics.collect(async () => {
      if (isValidName(name)) return load(join(dir, name));
      throw new KublerError(
        'CONFIG_INVALID',
        `cannot load ${what} "${join(dir, name)}": "${name}" is not a valid name`,
        {
          hint: `a name is ${nameRule}`,
        },
      );
    });
    if (definition !== undefined) loaded.push(definition);
  }
  return loaded;
}

/** Loads all images of a namespace's folder. */
export const loadImages = async (
  namespaceDir: string,
  context: LoadContext & { readonly namespace: string },
): Promise<readonly (readonly [ImageId, ImageDefinition])[]> => {
  const images = await loadEach(join(namespaceDir, 'images'), 'image', context, (dir) =>
    loadImage(dir, context),
  );
  return images.map((image) => [image.id, image] as const);
};

/** Loads all builders in `dir`, except those named in `skip`. */
export const loadBuilders = async (
  dir: string,
  context: LoadContext,
  skip: ReadonlySet<string> = new Set(),
): Promise<readonly (readonly [string, BuilderDefinition])[]> => {
  const builders = await loadEach(dir, 'builder', context, async (each) =>
    skip.has(basename(each)) ? undefined : loadBuilder(each, context),
  );
  return builders.flatMap((builder) => (builder === undefined ? [] : [[builder.name, builder] as const]));
};
