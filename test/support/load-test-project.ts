import { throwFaults } from '../../src/errors.ts';
import { brokenFaults } from '../../src/model/broken-faults.ts';
import type { Project } from '../../src/model/project.ts';
import { loadProject, type LoadProjectOptions } from '../../src/stages/config/index.ts';

/**
 * Loads the project around `startDir` with no flags, no environment and no shipped builders, unless given. Throws what is
 * wrong with any image or builder.
 */
export async function loadTestProject(
  startDir: string,
  options: Partial<LoadProjectOptions> = {},
): Promise<Project> {
  const project = await loadPartly(startDir, options);
  throwFaults(brokenFaults(project));
  return project;
}

/** The same, with what is wrong in `broken`. */
export const loadPartly = (startDir: string, options: Partial<LoadProjectOptions> = {}): Promise<Project> =>
  loadProject({
    startDir,
    flags: {},
    env: {},
    shippedDir: '/nonexistent',
    homeDir: '/home/test',
    architecture: 'amd64',
    systemFile: '/nonexistent',
    ...options,
  });
