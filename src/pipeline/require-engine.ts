import { KublerError } from '../errors.ts';
import { installLine, type MissingTool } from '../model/missing-tool.ts';
import type { Project } from '../model/project.ts';
import { findMissingTools, type PackageUser } from '../stages/builder/index.ts';
import type { Workspace } from './workspace.ts';

/**
 * Makes sure of the engine's tools, of those that publish ports too if asked for, and of what fetching packages for `users` and making their bases takes, before
 * anything is begun. Nothing is executed for it. Throws `HOST_MISSING_TOOL`, naming everything that is missing and the line that gets it.
 */
export async function requireEngine(
  { engine, runner }: Pick<Workspace, 'engine' | 'runner'>,
  users: readonly PackageUser[] = [],
  { ports = false } = {},
): Promise<void> {
  const hasContainers = (await engine.name()) !== 'native';
  const tools = users.length === 0 ? [] : await findMissingTools(runner, users, { hasContainers });
  const lacks = [...(await engine.probe('tools')), ...tools];
  refuse(`use the ${await engine.name()} engine`, lacks);
  if (ports) refuse('publish ports', lacks, true);
}

/** Makes sure that the engine works on this host, by trying. Throws `HOST_MISSING_TOOL` as well. */
export async function tryEngine(
  { engine }: Pick<Workspace, 'engine'>,
  { ports = false } = {},
): Promise<void> {
  const lacks = await engine.probe();
  refuse(`use the ${await engine.name()} engine`, lacks);
  if (ports) refuse('publish ports', lacks, true);
}

/** What this host lacks for all builders of a project; without one, for the shipped builder. */
export async function probeHost(
  { engine, runner }: Pick<Workspace, 'engine' | 'runner'>,
  project: Pick<Project, 'builders'> | undefined,
): Promise<readonly MissingTool[]> {
  const users = project
    ? [...project.builders.values()].map(({ packageManager = 'apt', ...user }) => ({
        packageManager,
        ...user,
      }))
    : [shipped];
  return [...(await engine.probe()), ...(await findMissingTools(runner, users))];
}

const shipped: PackageUser = {
  packageManager: 'apt',
  base: { kind: 'debootstrap' },
  settings: { apt: { keyring: undefined } },
};

/** The same for package indexes alone, which take no engine. */
export async function requireIndexTools(
  { runner }: Pick<Workspace, 'runner'>,
  users: readonly PackageUser[],
): Promise<void> {
  refuse(
    'fetch package indexes',
    await findMissingTools(
      runner,
      users.map(({ packageManager, settings }) => ({ packageManager, settings })),
    ),
  );
}

/** @param withOptional what only publishing takes counts, too */
function refuse(verb: string, lacks: readonly MissingTool[], withOptional = false): void {
  const missing = lacks.filter(({ optional }) => withOptional || optional !== true);
  if (missing.length === 0) return;
  const line = installLine(missing);
  throw new KublerError('HOST_MISSING_TOOL', `cannot ${verb}: this machine lacks what it needs`, {
    details: missing.map(({ tool, need }) => `${tool}: ${need}`),
    ...(line !== undefined && { hint: line }),
  });
}
