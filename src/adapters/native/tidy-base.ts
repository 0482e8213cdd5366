import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveInRoot } from './mount-points.ts';

/** Folder of a new base → names of the files in it that come from this host or change with every run. */
const traces: readonly (readonly [string, RegExp])[] = [
  ['/etc', /^(hostname|resolv\.conf)$/],
  ['/etc/apt', /^sources\.list$/],
  ['/etc/apt/apt.conf.d', /^99mmdebstrap$/],
  ['/etc/apt/sources.list.d', /^0000.*\.(list|sources)$/],
  ['/var/cache/apt', /\.bin$/],
  ['/var/cache/apt/archives', /./],
  ['/var/cache/ldconfig', /^aux-cache$/],
  ['/var/lib/apt/lists', /./],
  ['/var/log', /^(alternatives|bootstrap|dpkg)\.log$/],
  ['/var/log/apt', /./],
];

/** Removes device nodes, and what debootstrap or mmdebstrap left of the host and of its own work. */
export async function tidyBase(rootDir: string): Promise<void> {
  for (const path of await childrenOf(rootDir, '/dev', /./)) await rm(path, { recursive: true });
  for (const [folder, names] of traces) {
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
