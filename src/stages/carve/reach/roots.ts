import { findCommand } from '../../../model/find-command.ts';
import { matchesAny } from '../../../model/glob.ts';
import { resolvePath } from '../../../model/resolve-path.ts';
import type { Reason, Rootfs, TreeEntry } from '../../../model/tree-entry.ts';
import { commandPlaces } from '../../../oci/command-places.ts';
import { commandsIn, programsIn, startedCommands } from '../../../oci/started-commands.ts';
import type { RuntimeConfig } from '../../../oci/types.ts';
import { skeleton } from '../generated-files.ts';

export interface RootsOptions {
  /** What the image adds, pruned. */
  readonly rootfs: Rootfs;
  /** With its parents' files, and what its Dockerfile copies. */
  readonly tree: Rootfs;
  /** Its parents' files: what it changes of them is never left out. */
  readonly parent: Rootfs;
  /** Paths that its Dockerfile copies. */
  readonly copied: Iterable<string>;
  readonly config: RuntimeConfig;
  /** Globs of REACH and of KEEP; a folder stands for all that is in it. */
  readonly reach: readonly string[];
  readonly keep: readonly string[];
}

/** Where following starts: path → why it is needed. The first reason given counts. */
export function findRoots(options: RootsOptions): ReadonlyMap<string, Reason> {
  const { rootfs, tree, config } = options;
  const places = commandPlaces(config);
  const roots = new Map<string, Reason>();
  const add = (path: string, how: string): void => {
    if (path !== '' && !roots.has(path)) roots.set(path, { how });
  };
  const addPath = (path: string, how: string): void => {
    const found = resolvePath(tree, path);
    if (found.found) for (const each of [...found.links, found.path]) add(each, how);
  };
  for (const { instruction, words } of startedCommands(config)) {
    for (const program of programsIn(words)) {
      const found = findCommand(tree, program, places);
      if (found.found) for (const each of [...found.links, found.path]) add(each, instruction);
    }
    const paths = commandsIn(words)
      .flat()
      .filter((word) => word.startsWith('/'));
    for (const path of paths) addPath(path, `${instruction} names it`);
  }
  for (const path of options.copied) add(path, 'Dockerfile');
  for (const glob of options.reach) for (const path of named(rootfs, glob)) add(path, `REACH ${glob}`);
  for (const glob of options.keep) for (const path of named(rootfs, glob)) add(path, `KEEP ${glob}`);
  for (const entry of rootfs.values()) if (isMade(entry)) add(entry.path, 'made by the build');
  for (const path of rootfs.keys()) if (options.parent.has(path)) add(path, 'changed from the parent');
  for (const path of skeleton) if (rootfs.has(path)) addPath(path, 'every image has it');
  addPath(config.WorkingDir ?? '', 'WORKDIR');
  for (const path of Object.keys(config.Volumes ?? {})) addPath(path, 'VOLUME');
  return roots;
}

/** Files that scripts and hooks made, and Kubler itself. Links go where they lead; folders with what is in them. */
const isMade = ({ type, origin }: TreeEntry): boolean =>
  (type === 'file' || type === 'fifo') && origin?.kind !== 'package';

/** Paths that a glob names, a folder's also what is in it. */
export function named(rootfs: Rootfs, glob: string): readonly string[] {
  const folder = glob.replace(/\/+$/, '');
  return [...rootfs.keys()].filter(matchesAny([folder, `${folder}/**`]));
}
