import type { Absent, AbsentPaths } from '../../model/absent.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { CarvePlan } from '../../stages/carve/index.ts';
import type { Listing } from '../../stages/rootfs/index.ts';
import type { ParentImage } from './parent-image.ts';

/** What became of a target root. */
export interface Stages {
  readonly plan: Pick<CarvePlan, 'shipped' | 'paths'>;
  /** After the last hook. */
  readonly listing: Listing;
  readonly pruned: Rootfs;
  /** The same as `pruned` unless the image is cut to what it reaches. */
  readonly cut: Rootfs;
  readonly parent: ParentImage | undefined;
}

/** All that packages came with, but folders, each with the stage that left it out if it is not there in the end. */
export function findAbsent({ plan, listing, pruned, cut, parent }: Stages): AbsentPaths {
  const carved = new Set(plan.paths);
  const isFolder = (path: string): boolean =>
    listing.get(path)?.type === 'd' || /^(?:dev|proc|sys)$/.test(path);
  const by = (path: string): Absent['by'] => {
    if (!listing.has(path)) return 'build';
    if (!carved.has(path)) {
      const known = parent?.tree.absent?.get(path)?.by;
      return known ?? (parent?.tree.rootfs.has(path) === true ? 'dockerfile' : 'carve');
    }
    if (!pruned.has(path)) return 'prune';
    return cut.has(path) ? 'dockerfile' : 'reach';
  };
  const files = [...plan.shipped].filter(([path]) => !isFolder(path));
  return new Map(files.map(([path, name]) => [path, { package: name, by: by(path) }]));
}
