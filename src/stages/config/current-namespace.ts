import { relative, resolve } from 'node:path';
import type { Project } from '../../model/project.ts';

const isInside = (path: string, dir: string): boolean => {
  const way = relative(dir, path);
  return way !== '..' && !way.startsWith('../');
};

/** The namespace that `startDir` lies in, whose images may be named without it; undefined outside of all. */
export function currentNamespace(project: Project, startDir: string): string | undefined {
  const start = resolve(startDir);
  const around = [...project.namespaces.values()].filter(({ dir }) => isInside(start, dir));
  return around.sort((a, b) => b.dir.length - a.dir.length)[0]?.name;
}
