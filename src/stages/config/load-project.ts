import { join } from 'node:path';
import { throwFaults } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type {
  BuilderDefinition,
  ImageDefinition,
  Namespace,
  Project,
  Settings,
} from '../../model/project.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { checkFlags } from './check-flags.ts';
import { createDiagnostics } from './diagnostics.ts';
import { foldersIn } from './file-kind.ts';
import { findNamespaces } from './find-namespaces.ts';
import { findWorkingDir } from './find-working-dir.ts';
import type { LoadContext } from './load-context.ts';
import { loadBuilders, loadImages } from './load-definitions.ts';
import { readLayer, type ConfigLayer } from './read-layer.ts';
import { resolveSettings, type SettingsDefaults } from './resolve-settings.ts';
import { settingsFromEnv } from './settings-from-env.ts';

export interface LoadProjectOptions {
  /** Where the command was started: the working directory is this folder or one above it. */
  readonly startDir: string;
  /** What the command line says; the strongest source. A relative path is relative to `startDir`. */
  readonly flags: SettingsOverrides;
  /** The environment. Paths in it are relative to `startDir`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder Kubler is installed in, with `builders/`. */
  readonly shippedDir: string;
  readonly homeDir: string;
  /** Images built side by side unless something says otherwise; default 2. */
  readonly defaultJobs?: number;
  /** Debian's name of the machine's architecture; default: of the one this process runs on. */
  readonly architecture?: string;
}

/** Debian's names where they differ from Node's. */
const debianNames: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm: 'armhf',
  ppc64: 'ppc64el',
};

function defaultsOf({ env, homeDir, defaultJobs = 2 }: LoadProjectOptions): SettingsDefaults {
  // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
  const xdg = env['XDG_DATA_HOME']?.startsWith('/') ? env['XDG_DATA_HOME'] : join(homeDir, '.local/share');
  return { dataDir: join(xdg, 'kubler'), jobs: defaultJobs };
}

interface Contents {
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly images: ReadonlyMap<ImageId, ImageDefinition>;
  readonly builders: ReadonlyMap<string, BuilderDefinition>;
}

/** What the namespaces of the working directory hold. `settle` makes settings of a namespace's own. */
async function loadNamespaces(
  workingDir: string,
  root: ConfigLayer,
  context: LoadContext & { readonly homeDir: string },
  settle: (own: SettingsOverrides) => Settings,
): Promise<Contents> {
  const { diagnostics } = context;
  const namespaces = new Map<string, Namespace>();
  const images: (readonly [ImageId, ImageDefinition])[] = [];
  const builders: (readonly [string, BuilderDefinition])[] = [];
  for (const { name, dir } of await findNamespaces(workingDir, root, diagnostics)) {
    const layer = dir === workingDir ? root : await readLayer(dir, root.shellVariables, context);
    if (layer.namespace && layer.namespace.name !== name) {
      const { at } = layer.namespace;
      diagnostics.fault(`cannot use "namespace": its folder names this namespace "${name}"`, { at });
    }
    const settings = settle(layer.overrides);
    const inside = { ...context, namespace: name, settings, shellVariables: layer.shellVariables };
    namespaces.set(name, { name, dir, settings });
    images.push(...(await loadImages(dir, inside)));
    builders.push(...(await loadBuilders(join(dir, 'builder'), inside)));
  }
  return { namespaces, images: new Map(images), builders: new Map(builders) };
}

/** Builders for every namespace: the project's, and those that ship with Kubler unless the project has its own. */
async function loadCommonBuilders(
  workingDir: string,
  shippedDir: string,
  context: LoadContext,
): Promise<readonly (readonly [string, BuilderDefinition])[]> {
  const own = await loadBuilders(join(workingDir, 'builders'), context);
  const names = new Set(await foldersIn(join(workingDir, 'builders')));
  return [...own, ...(await loadBuilders(join(shippedDir, 'builders'), context, names))];
}

/**
 * Reads everything in the working directory of `startDir`: settings, namespaces, images and builders. Nothing that
 * is read gets executed. All faults are thrown together (`CONFIG_INVALID`, or `USAGE_INVALID` for flags, each with
 * its position where it has one); `CONFIG_NOT_FOUND` when no folder upwards has a configuration file.
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const { homeDir, startDir, env, shippedDir } = options;
  const workingDir = await findWorkingDir(startDir);
  const diagnostics = createDiagnostics(workingDir);
  const defaults = defaultsOf(options);
  // What the original's files may use without setting it.
  const predefined = new Map([
    ['_KUBLER_DIR', shippedDir],
    ['KUBLER_DATA_DIR', defaults.dataDir],
  ]);
  const root = await readLayer(workingDir, predefined, { homeDir, diagnostics });
  const flags = await checkFlags(options.flags, startDir, diagnostics);
  const fromEnv = settingsFromEnv(env, startDir, diagnostics);
  const settle = (own: SettingsOverrides): Settings =>
    resolveSettings([flags, fromEnv, own, root.overrides], defaults);
  const context = {
    homeDir,
    diagnostics,
    namespace: undefined,
    settings: settle({}),
    shellVariables: root.shellVariables,
    architecture: options.architecture ?? debianNames[process.arch] ?? process.arch,
  };
  const { namespaces, images, builders } = await loadNamespaces(workingDir, root, context, settle);
  const common = await loadCommonBuilders(workingDir, shippedDir, context);
  throwFaults(diagnostics.faults);
  return {
    workingDir,
    settings: context.settings,
    namespaces,
    images,
    builders: new Map([...builders, ...common]),
    warnings: diagnostics.warnings,
  };
}
