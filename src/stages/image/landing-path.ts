import { posix } from 'node:path';
import { resolvePath } from '../../model/resolve-path.ts';
import type { Rootfs } from '../../model/tree-entry.ts';

/**
 * Where a path leads in a tree, symbolic links followed name by name, its end included, whether it is there or not:
 * `/bin/x` is `usr/bin/x` where `bin → usr/bin`. Never above the root. Undefined when a file stands in the way or links go round.
 */
export function landingPath(tree: Rootfs, path: string): string | undefined {
  const resolution = resolvePath(tree, posix.resolve('/', path));
  if (resolution.found) return resolution.path;
  return resolution.reason === 'missing' ? resolution.at : undefined;
}
