import { basename, join } from 'node:path';
import { throwFaults } from '../../errors.ts';
import { brokenFaults } from '../../model/broken-faults.ts';
import type { BuilderDefinition, Project, Settings } from '../../model/project.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { checkFlags } from './check-flags.ts';
import { createDiagnostics } from './diagnostics.ts';
import { foldersIn } from './file-kind.ts';
import { isSingle } from './find-namespaces.ts';
import { findWorkingDir } from './find-working-dir.ts';
import type { LoadContext } from './load-context.ts';
import { loadBuilders, type Loaded } from './load-definitions.ts';
import { loadNamespaces, loadUserNamespaces } from './load-namespaces.ts';
import { predefinedFor, userDirOf } from './original-environment.ts';
import { readLayers } from './read-layers.ts';
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
  /** The original's configuration for all users of a machine; default: `/etc/kubler.conf`. */
  readonly systemFile?: string;
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

/** Builders for every namespace: the project's, and those that ship with Kubler unless the project has its own. */
async function loadCommonBuilders(
  workingDir: string,
  shippedDir: string,
  context: LoadContext,
): Promise<readonly Loaded<string, BuilderDefinition>[]> {
  const own = await loadBuilders(join(workingDir, 'builders'), context);
  const names = new Set(await foldersIn(join(workingDir, 'builders')));
  return [own, await loadBuilders(join(shippedDir, 'builders'), context, names)];
}

/**
 * Reads everything in the working directory of `startDir`: settings, namespaces, images and builders. Nothing that
 * is read gets executed. Faults of images and builders are told of as `broken`; all others are thrown together
 * (`CONFIG_INVALID`, or `USAGE_INVALID` for flags, each with its position where it has one); `CONFIG_NOT_FOUND` when
 * no folder upwards has a configuration file.
 */
export async function loadProject(options: LoadProjectOptions): Promise<Project> {
  const { homeDir, startDir, env, shippedDir, systemFile = '/etc/kubler.conf' } = options;
  const workingDir = await findWorkingDir(startDir);
  const diagnostics = createDiagnostics(workingDir);
  const defaults = defaultsOf(options);
  const predefined = predefinedFor(env, { homeDir, shippedDir, dataDir: defaults.dataDir });
  const layers = await readLayers({
    workingDir,
    systemFile,
    userDir: userDirOf(env, homeDir),
    homeDir,
    diagnostics,
    predefined: (await isSingle(workingDir))
      ? new Map([...predefined, ['NAMESPACE', basename(workingDir)]])
      : predefined,
  });
  const flags = await checkFlags(options.flags, startDir, diagnostics);
  const fromEnv = settingsFromEnv(env, startDir, diagnostics);
  const settle = (own: SettingsOverrides): Settings =>
    resolveSettings([flags, fromEnv, own, layers.root.overrides, ...layers.outer], defaults);
  const settings = settle({});
  const context = {
    homeDir,
    workingDir,
    diagnostics,
    predefined,
    settle,
    settings,
    root: layers.root,
    namespace: undefined,
    variables: layers.root.variables,
    architecture: options.architecture ?? debianNames[process.arch] ?? process.arch,
  };
  const own = await loadNamespaces(context);
  const taken = new Set(own.map(({ namespace }) => namespace.name));
  const dataDirs = new Set([settings.dataDir, userDirOf(env, homeDir)]);
  const namespaces = [...own, ...(await loadUserNamespaces([...dataDirs], taken, context))];
  const common = await loadCommonBuilders(workingDir, shippedDir, context);
  const images = namespaces.map((each) => each.images);
  const builders = [...namespaces.map((each) => each.builders), ...common];
  const project: Project = {
    workingDir,
    settings,
    namespaces: new Map(namespaces.map(({ namespace }) => [namespace.name, namespace])),
    images: new Map(images.flatMap(({ loaded }) => loaded)),
    builders: new Map(builders.flatMap(({ loaded }) => loaded)),
    broken: {
      images: new Map(images.flatMap(({ broken }) => broken)),
      builders: new Map(builders.flatMap(({ broken }) => broken)),
    },
    warnings: diagnostics.warnings,
  };
  if (diagnostics.faults.length > 0) throwFaults([...diagnostics.faults, ...brokenFaults(project)]);
  return project;
}
