import { basename, join } from 'node:path';
import { KublerError } from '../../errors.ts';
import { isValidName, nameRule, type ImageId } from '../../model/image-id.ts';
import type { BuilderDefinition, ImageDefinition } from '../../model/project.ts';
import { foldersIn } from './file-kind.ts';
import { loadBuilder } from './load-builder.ts';
import type { LoadContext } from './load-context.ts';
import { loadImage } from './load-image.ts';

/** Definitions by name, and the faults of those that cannot be read. */
export interface Loaded<Name extends string, T> {
  readonly loaded: readonly (readonly [Name, T])[];
  readonly broken: readonly (readonly [Name, readonly KublerError[]])[];
}

/** What to load: each folder in `dir` that is not to be skipped. */
interface Source<Name extends string, Context, T> {
  readonly dir: string;
  readonly what: 'image' | 'builder';
  readonly nameOf: (folder: string) => Name;
  readonly load: (dir: string, context: Context) => Promise<T>;
  readonly skip?: ReadonlySet<string>;
}

async function loadEach<Name extends string, Context extends LoadContext, T>(
  { dir, what, nameOf, load, skip = new Set() }: Source<Name, Context, T>,
  context: Context,
): Promise<Loaded<Name, T>> {
  const loaded: (readonly [Name, T])[] = [];
  const broken: (readonly [Name, readonly KublerError[]])[] = [];
  for (const folder of await foldersIn(dir)) {
    if (skip.has(folder)) continue;
    const diagnostics = context.diagnostics.apart();
    const definition = await diagnostics.collect(() => {
      checkName(join(dir, folder), what);
      return load(join(dir, folder), { ...context, diagnostics });
    });
    if (diagnostics.faults.length > 0) broken.push([nameOf(folder), diagnostics.faults]);
    else if (definition !== undefined) loaded.push([nameOf(folder), definition]);
  }
  return { loaded, broken };
}

function checkName(dir: string, what: string): void {
  const name = basename(dir);
  if (isValidName(name)) return;
  throw new KublerError('CONFIG_INVALID', `cannot load ${what} "${dir}": "${name}" is not a valid name`, {
    hint: `a name is ${nameRule}`,
  });
}

/** Loads all images of a namespace's folder. */
export const loadImages = (
  namespaceDir: string,
  context: LoadContext & { readonly namespace: string },
): Promise<Loaded<ImageId, ImageDefinition>> =>
  loadEach(
    {
      dir: join(namespaceDir, 'images'),
      what: 'image',
      nameOf: (folder): ImageId => `${context.namespace}/${folder}`,
      load: loadImage,
    },
    context,
  );

/** Loads all builders in `dir`, except those named in `skip`. */
export const loadBuilders = (
  dir: string,
  context: LoadContext,
  skip: ReadonlySet<string> = new Set(),
): Promise<Loaded<string, BuilderDefinition>> => {
  const prefix = context.namespace === undefined ? '' : `${context.namespace}/`;
  const nameOf = (folder: string): string => prefix + folder;
  return loadEach({ dir, what: 'builder', nameOf, load: loadBuilder, skip }, context);
};
