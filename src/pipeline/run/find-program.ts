import { KublerError, type KublerErrorOptions } from '../../errors.ts';
import { isExecutable } from '../../model/find-command.ts';
import { resolvePath, type Resolution } from '../../model/resolve-path.ts';
import { didYouMean } from '../../model/suggest.ts';
import type { FileEntry, Rootfs } from '../../model/tree-entry.ts';
import type { RunSpec } from '../../ports/engine.ts';

/** What of a container says which file its command is. */
export type Start = Pick<RunSpec, 'argv' | 'env' | 'cwd' | 'uid' | 'gid' | 'additionalGids' | 'mounts'>;

/**
 * Finds the program of a container in the tree of its image, as execvp(3) would; undefined when a volume may hold it.
 * Throws `PROGRAM_NOT_FOUND`, or `PROGRAM_NOT_EXECUTABLE` when its user may not execute it.
 */
export function findProgram(tree: Rootfs, start: Start): FileEntry | undefined {
  const [command = ''] = start.argv;
  let forbidden: string | undefined;
  for (const place of placesOf(command, start)) {
    const found = resolvePath(tree, place);
    if (isMounted(found, start.mounts)) return undefined;
    if (!found.found) continue;
    const { entry } = found;
    if (entry?.type === 'file' && mayExecute(entry, start)) return entry;
    forbidden ??=
      entry?.type === 'file' ? `${describe(entry)}, ${whoIs(start)} may not execute it` : 'it is a folder';
  }
  if (forbidden !== undefined) throw refused('PROGRAM_NOT_EXECUTABLE', command, forbidden);
  const [reason, hint] = missing(tree, command, start);
  throw refused('PROGRAM_NOT_FOUND', command, reason, hint === undefined ? {} : { hint });
}

const refused = (
  code: 'PROGRAM_NOT_FOUND' | 'PROGRAM_NOT_EXECUTABLE',
  command: string,
  reason: string,
  options: KublerErrorOptions = {},
): KublerError => new KublerError(code, `cannot run "${command}": ${reason}`, options);

/** Where a command may be. */
function placesOf(command: string, start: Start): readonly string[] {
  if (command.startsWith('/')) return [command];
  if (command.includes('/')) return [`${start.cwd}/${command}`];
  return command === '' ? [] : searchPath(start).map((folder) => `${folder}/${command}`);
}

const searchPath = ({ env, cwd }: Start): readonly string[] =>
  (env.findLast((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? '')
    .split(':')
    .map((folder) => (folder === '' ? cwd : folder));

/** What is there in a container and in no image. */
const ofTheKernel = ['/proc', '/sys', '/dev'];

/** Whether what a path leads to is of a volume, or of the kernel. */
export function isMounted(found: Resolution, mounts: Start['mounts']): boolean {
  const path = `/${found.found ? found.path : found.at}/`;
  return [...ofTheKernel, ...mounts.map(({ containerPath }) => containerPath)].some((mounted) =>
    path.startsWith(`${mounted.replace(/\/+$/, '')}/`),
  );
}

/** By the permission bits of the file itself (execve(2)); root needs any. */
function mayExecute(entry: FileEntry, { uid, gid, additionalGids }: Start): boolean {
  if (uid === 0) return isExecutable(entry);
  const shift = entry.uid === uid ? 6 : [gid, ...additionalGids].includes(entry.gid) ? 3 : 0;
  return ((entry.mode >> shift) & 1) === 1;
}

const describe = ({ mode, uid, gid }: FileEntry): string =>
  `with mode ${mode.toString(8).padStart(4, '0')} and owner ${uid}:${gid}`;

const whoIs = ({ uid, gid }: Start): string => `user ${uid}:${gid}`;

function missing(
  tree: Rootfs,
  command: string,
  start: Start,
): readonly [reason: string, hint?: string | undefined] {
  if (command.includes('/')) return ['the image has no such file'];
  const folders = searchPath(start);
  const reason = `the image has no such program in its PATH, ${folders.join(':')}`;
  return [reason, didYouMean(command, programsIn(tree, folders))];
}

function programsIn(tree: Rootfs, folders: readonly string[]): readonly string[] {
  const places = new Set(folders.flatMap((folder) => realFolder(tree, folder)));
  return [...tree.keys()].flatMap((path) => {
    const slash = path.lastIndexOf('/');
    return places.has(path.slice(0, Math.max(0, slash))) ? path.slice(slash + 1) : [];
  });
}

function realFolder(tree: Rootfs, folder: string): readonly string[] {
  const found = resolvePath(tree, folder);
  return found.found ? [found.path] : [];
}
