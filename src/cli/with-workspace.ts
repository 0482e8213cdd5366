import { resolve } from 'node:path';
import type { EngineSetting } from '../model/engine-status.ts';
import type { Project } from '../model/project.ts';
import type { SettingsOverrides } from '../pipeline/load-project.ts';
import type { Workspace } from '../pipeline/workspace.ts';
import type { CliContext } from './context.ts';
import { harmless } from './harmless.ts';
import { openProgress } from './progress.ts';

/** Flags that every command about a project has. */
export interface ProjectFlags {
  readonly workingDir?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly engine?: EngineSetting | undefined;
}

/** An open project; `namespace` is the one the current folder lies in. */
export interface OpenProject {
  readonly project: Project;
  readonly namespace: string | undefined;
}

/**
 * Reads the project a command was called in; warnings go to standard error. What has faults is named there, unless the
 * command tells them itself (`tellsFaults`).
 */
export async function openProject(
  context: CliContext,
  flags: ProjectFlags,
  overrides: SettingsOverrides = {},
  { tellsFaults = false }: { readonly tellsFaults?: boolean } = {},
): Promise<OpenProject> {
  // Loaded when used: help needs neither schema nor parsers.
  const { currentNamespace, loadProject } = await import('../pipeline/load-project.ts');
  const startDir = resolve(context.cwd, flags.workingDir ?? '.');
  const dataDir = flags.dataDir === undefined ? undefined : resolve(context.cwd, flags.dataDir);
  const project = await loadProject({
    startDir,
    flags: { ...overrides, ...pick({ dataDir, engine: flags.engine }) },
    env: context.env,
    shippedDir: context.shippedDir,
    homeDir: context.homeDir,
  });
  const warnings = [...project.warnings, ...(tellsFaults ? [] : namesOfBroken(project))];
  for (const warning of warnings) context.stderr(`warning: ${harmless(warning)}\n`);
  return { project, namespace: currentNamespace(project, startDir) };
}

/** One line that names what of the project cannot be read. */
function namesOfBroken({ broken, namespaces }: Project): readonly string[] {
  const shared = [...namespaces.values()].filter(({ isShared }) => isShared).map(({ name }) => `${name}/`);
  const names = [...broken.images.keys(), ...broken.builders.keys()].filter(
    (name) => !shared.some((prefix) => name.startsWith(prefix)),
  );
  if (names.length === 0) return [];
  const shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
  return [`${shown} left out, as there are faults in the files; kubler graph tells them`];
}

/** Opens the workspace of a project for `work`, with progress on standard error. */
export async function withWorkspace<T>(
  context: CliContext,
  project: Project,
  work: (workspace: Workspace) => Promise<T>,
  options: { readonly live?: boolean; readonly later?: (text: string) => void } = {},
): Promise<T> {
  const view = openProgress({
    live: (options.live ?? false) && context.isTty,
    write: context.stderr,
    later: options.later,
    now: context.now,
  });
  try {
    await using workspace = await context.openWorkspace(project.settings, view.progress);
    return await work(workspace);
  } finally {
    await view.close();
  }
}

/** Drops members that are undefined. */
function pick<T extends object>(values: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
