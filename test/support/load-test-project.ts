import type { Project } from '../../src/model/project.ts';
import { loadProject, type LoadProjectOptions } from '../../src/stages/config/index.ts';

/** Loads the project around `startDir` with no flags, no environment and no shipped builders, unless given. */
export const loadTestProject = (
  startDir: string,
  options: Partial<LoadProjectOptions> = {},
): Promise<Project> =>
  loadProject({
    startDir,
    flags: {},
    env: {},
    shippedDir: '/nonexistent',
    homeDir: '/home/test',
    architecture: 'amd64',
    ...options,
  });
