import { join } from 'node:path';
import type { KublerError } from '../../errors.ts';
import type { Namespace, Settings } from '../../model/project.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { createDiagnostics } from './diagnostics.ts';
import { findNamespaces, findUserNamespaces, type NamespaceFolder } from './find-namespaces.ts';
import type { LoadContext } from './load-context.ts';
import { loadBuilders, loadImages } from './load-definitions.ts';
import { readLayer, type ConfigLayer } from './read-layer.ts';

/** What namespaces are loaded in. */
export interface NamespaceContext extends LoadContext {
  readonly homeDir: string;
  readonly workingDir: string;
  /** Configuration of the working directory. */
  readonly root: ConfigLayer;
  /** Makes settings of a namespace's own. */
  readonly settle: (own: SettingsOverrides) => Settings;
}

/** A namespace with all that is in it. */
export interface LoadedNamespace {
  readonly namespace: Namespace;
  readonly images: Awaited<ReturnType<typeof loadImages>>;
  readonly builders: Awaited<ReturnType<typeof loadBuilders>>;
}

async function loadNamespace(
  { name, dir }: NamespaceFolder,
  context: NamespaceContext,
): Promise<LoadedNamespace> {
  const { root, diagnostics, settle } = context;
  const predefined = new Map([...context.predefined, ['NAMESPACE', name]] as const);
  const isRoot = dir === context.workingDir;
  const layer = isRoot ? root : await readLayer(dir, { ...context, outer: root.variables, predefined });
  if (layer.namespace && layer.namespace.name !== name) {
    const { at } = layer.namespace;
    diagnostics.fault(`cannot use "namespace": its folder names this namespace "${name}"`, { at });
  }
  const settings = settle(isRoot ? {} : layer.overrides);
  const inside = { ...context, namespace: name, settings, variables: layer.variables };
  return {
    namespace: { name, dir, settings },
    images: await loadImages(dir, inside),
    builders: await loadBuilders(join(dir, 'builder'), inside),
  };
}

/** The namespaces of the working directory, with all that is in them. */
export async function loadNamespaces(context: NamespaceContext): Promise<readonly LoadedNamespace[]> {
  const { workingDir, root, diagnostics } = context;
  const loaded: LoadedNamespace[] = [];
  for (const folder of await findNamespaces(workingDir, root, diagnostics)) {
    loaded.push(await loadNamespace(folder, context));
  }
  return loaded;
}

/** What is wrong with the configuration of a namespace is wrong with all that is in it. */
const spread = <Name extends string, T>(
  {
    loaded,
    broken,
  }: {
    loaded: readonly (readonly [Name, T])[];
    broken: readonly (readonly [Name, readonly KublerError[]])[];
  },
  faults: readonly KublerError[],
) => {
  if (faults.length === 0) return { loaded, broken };
  return { loaded: [], broken: [...loaded, ...broken].map(([name]) => [name, faults] as const) };
};

/**
 * The namespaces in these data dirs, but for those whose names are `taken`: they are there for parents and builders,
 * so neither their warnings nor their faults are the project's.
 */
export async function loadUserNamespaces(
  dataDirs: readonly string[],
  taken: ReadonlySet<string>,
  context: NamespaceContext,
): Promise<readonly LoadedNamespace[]> {
  const loaded: LoadedNamespace[] = [];
  for (const folder of await findUserNamespaces(dataDirs)) {
    if (taken.has(folder.name)) continue;
    const diagnostics = createDiagnostics(folder.dir);
    const { namespace, images, builders } = await loadNamespace(folder, { ...context, diagnostics });
    loaded.push({
      namespace: { ...namespace, isShared: true },
      images: spread(images, diagnostics.faults),
      builders: spread(builders, diagnostics.faults),
    });
  }
  return loaded;
}
