import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { baseTraces } from '../system/base-traces.ts';
import { resolveInRoot } from './mount-points.ts';

/** Removes device nodes, and what debootstrap or mmdebstrap left of the host and of its own work. */
export async function tidyBase(rootDir: string): Promise<void> {
  for (const path of await childrenOf(rootDir, '/dev', /./)) await rm(path, { recursive: true });
  for (const [folder, names] of baseTraces) {
    for (const path of await childrenOf(rootDir, folder, names)) {
      if (!(await lstat(path)).isDirectory()) await rm(path);
    }
  }
}

/** Children of a folder of a root; none when it is not there or a symlink is on the way. */
async function childrenOf(rootDir: string, folder: string, names: RegExp): Promise<readonly string[]> {
  const { path, missing } = await resolveInRoot(rootDir, folder);
  if (path !== folder || missing.length > 0) return [];
  const children = await readdir(join(rootDir, folder));
  return children.filter((name) => names.test(name)).map((name) => join(rootDir, folder, name));
}
