import { join } from 'node:path';
import { throwFaults } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { BuilderDefinition, ImageDefinition, Namespace, Project } from '../../model/project.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { checkFlags } from './check-flags.ts';
import { createDiagnostics } from './diagnostics.ts';
import { findNamespaces } from './find-namespaces.ts';
import { findWorkingDir } from './find-working-dir.ts';
import type { LoadContext } from './load-context.ts';
import { loadBuilders, loadImages } from './load-definitions.ts';
import { readLayer } from './read-layer.ts';
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

/**
 * Reads everything in the working directory of `startDir`: settings, namespaces, images and builders. Nothing that
 * is read gets executed. All faults are thrown together (`CONFIG_INVALID`, each with its position where it has one);
 * `CONFIG_NOT_FOUND` when no folder upwards has a configuration file.
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const workingDir = await findWorkingDir(options.startDir);
  const diagnostics = createDiagnostics(workingDir);
  const { homeDir, startDir, env } = options;
  const reading = { homeDir, diagnostics };
  const root = await readLayer(workingDir, new Map(), reading);
  const flags = await checkFlags(options.flags, startDir, diagnostics);
  const stronger = [flags, settingsFromEnv(env, startDir, diagnostics)];
  const defaults = defaultsOf(options);
  const settings = resolveSettings([...stronger, root.overrides], defaults);
  const context: LoadContext = {
    namespace: undefined,
    settings,
    shellVariables: root.shellVariables,
    architecture: options.architecture ?? debianNames[process.arch] ?? process.arch,
    diagnostics,
  };
  const namespaces = new Map<string, Namespace>();
  const images = new Map<ImageId, ImageDefinition>();
  const builders = new Map<string, BuilderDefinition>();
  for (const { name, dir } of await findNamespaces(workingDir, root, diagnostics)) {
    const layer = dir === workingDir ? root : await readLayer(dir, root.shellVariables, reading);
    if (layer !== root && layer.namespace && layer.namespace.name !== name) {
      const { at } = layer.namespace;
      diagnostics.fault(`cannot use "namespace": the folder names this namespace "${name}"`, { at });
    }
    const own = resolveSettings([...stronger, layer.overrides, root.overrides], defaults);
    const inside = { ...context, namespace: name, settings: own, shellVariables: layer.shellVariables };
    namespaces.set(name, { name, dir, settings: own });
    for (const [id, image] of await loadImages(dir, inside)) images.set(id, image);
    for (const [id, builder] of await loadBuilders(join(dir, 'builder'), inside)) builders.set(id, builder);
  }
  for (const [id, builder] of await loadBuilders(join(workingDir, 'builders'), context))
    builders.set(id, builder);
  const shipped = await loadBuilders(join(options.shippedDir, 'builders'), context, new Set(builders.keys()));
  for (const [id, builder] of shipped) builders.set(id, builder);
  throwFaults(diagnostics.faults);
  return { workingDir, settings, namespaces, images, builders, warnings: diagnostics.warnings };
}
