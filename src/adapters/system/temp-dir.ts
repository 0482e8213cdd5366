import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { isRunning, processTag } from './process-tag.ts';

/** A folder for work in progress, on the file system of the data dir; disposing removes it. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

let count = 0;

/** Opens `<data>/tmp/<pid>-<start time>-<n>`, readable by its owner only. */
export async function openTempDir(dataDir: string): Promise<TempDir> {
  const [parent, name] = [join(dataDir, 'tmp'), `${await processTag()}-${++count}`];
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  // By itself: of a read-only file system, a recursive one says that the folder is not there.
  await mkdir(parent, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  const path = join(parent, name);
  await mkdir(path, { mode: 0o700 });
  return { path, [Symbol.asyncDispose]: () => removeUnlessMounted(path) };
}

/** Owner of a folder in `<data>/tmp`: a process tag. */
const tempOwner = /^(\d+-\d+)-\d+$/;

/** Whether the process runs that opened a temporary folder of this name; of any other name, none does. */
export async function isOwnerAlive(name: string): Promise<boolean> {
  const tag = tempOwner.exec(name)?.[1];
  return tag !== undefined && (await isRunning(tag));
}

/** Temporary folders of processes that run, this one included, with their owners' tags. */
export async function* liveTempDirs(
  dataDir: string,
): AsyncGenerator<{ readonly path: string; readonly tag: string }, void, undefined> {
  for (const name of await readdir(join(dataDir, 'tmp')).catch(() => [])) {
    const tag = tempOwner.exec(name)?.[1];
    if (tag !== undefined && (await isRunning(tag))) yield { path: join(dataDir, 'tmp', name), tag };
  }
}

/**
 * Since when, in ms since 1970, another process that still runs works in this data dir; undefined when none does.
 * 0 where that cannot be told: the file system does not keep the birth of a folder, or the clock was set back.
 */
export async function inUseSince(dataDir: string): Promise<number | undefined> {
  const own = await processTag();
  const births: number[] = [];
  for await (const { path, tag } of liveTempDirs(dataDir)) {
    const found = tag === own ? undefined : await stat(path).catch(() => undefined);
    if (found) births.push(found.birthtimeMs);
  }
  if (births.length === 0) return undefined;
  const since = Math.min(...births);
  return since > Date.now() ? 0 : since;
}

/** Opens a folder that is no part of a data dir. */
export async function openScratchDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), 'kubler-'));
  return { path, [Symbol.asyncDispose]: () => removeUnlessMounted(path) };
}

/**
 * Removes the temporary folders of processes that are gone, and downloads they had begun. Folders of running
 * processes, and any that hold a mount point, stay.
 */
export async function removeStaleTempDirs(dataDir: string): Promise<void> {
  for (const [folder, owner] of [
    ['tmp', tempOwner],
    ['downloads', /\.(\d+-\d+)-\d+\.part$/],
  ] as const) {
    for (const name of await readdir(join(dataDir, folder)).catch(() => [])) {
      const tag = owner.exec(name)?.[1];
      if (tag !== undefined && !(await isRunning(tag)))
        await removeUnlessMounted(join(dataDir, folder, name));
    }
  }
}

/** A recursive removal would empty what is mounted below: such a folder is left alone. */
async function removeUnlessMounted(path: string): Promise<void> {
  const mountPoints = await readMountPoints();
  const root = resolve(path);
  if (mountPoints.some((point) => point === root || point.startsWith(`${root}/`))) return;
  await rm(root, { recursive: true, force: true });
}

/** Field 5 of each line of mountinfo (proc_pid_mountinfo(5)); white space in it is written in octal. */
async function readMountPoints(): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4];
    return point === undefined ? [] : [point.replace(/\\([0-7]{3})/g, (_, octal: string) => toChar(octal))];
  });
}

const toChar = (octal: string): string => String.fromCharCode(Number.parseInt(octal, 8));
