import { posix } from 'node:path';

/** Folder of a new base → names of the files in it that come from its maker's host or change with every run. */
export const baseTraces: readonly (readonly [string, RegExp])[] = [
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

/** Whether a member of a new base's tar, which is no folder, is such a file. */
export function isBaseTrace(path: string): boolean {
  const { dir, base } = posix.parse(posix.join('/', path));
  return baseTraces.some(([folder, names]) => folder === dir && names.test(base));
}
