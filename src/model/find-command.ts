import { type Resolution, resolvePath } from './resolve-path.ts';
import type { Rootfs, TreeEntry } from './tree-entry.ts';

/** PATH of a container whose image sets none. */
export const defaultSearchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface CommandPlaces {
  /** The value of PATH: folders, separated by `:`; an empty one is the working directory. */
  readonly searchPath?: string | undefined;
  /** Absolute. */
  readonly workingDir?: string | undefined;
}

/** True for a file that the kernel would execute for some user. */
export const isExecutable = (entry: TreeEntry | undefined): boolean =>
  entry?.type === 'file' && (entry.mode & 0o111) !== 0;

/**
 * Finds a command as execvp(3) would in a container of this tree: by its path, from the working directory when it is
 * relative, or in the folders of PATH, where it must be executable.
 */
export function findCommand(tree: Rootfs, command: string, places: CommandPlaces = {}): Resolution {
  const { searchPath = defaultSearchPath, workingDir = '/' } = places;
  if (command.startsWith('/')) return resolvePath(tree, command);
  if (command.includes('/')) return resolvePath(tree, `${workingDir}/${command}`);
  for (const folder of searchPath.split(':')) {
    const found = resolvePath(tree, `${folder === '' ? workingDir : folder}/${command}`);
    if (found.found && isExecutable(found.entry)) return found;
  }
  return { found: false, reason: 'missing', at: command };
}
