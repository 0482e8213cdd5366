import { lstatSync, readlinkSync } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { KublerError, type SourcePosition } from '../../errors.ts';
import { isLeftOut } from '../../model/left-out.ts';
import { compareBytes } from '../../model/tree-entry.ts';
import { didYouMean } from '../../model/suggest.ts';
import { walkPath, type PathNode, type Walked } from '../../model/walk-path.ts';
import { ignoreNothing, parseDockerIgnore, type DockerIgnore } from './docker-ignore.ts';
import { compileGlob, isGlob } from './go-glob.ts';

/** Something below the image folder that a COPY brings. */
export interface ContextEntry {
  /** Relative to the source; empty for the source itself. */
  readonly path: string;
  /** Absolute, links of the context resolved. */
  readonly hostFile: string;
  readonly kind: 'file' | 'directory' | 'symlink';
  readonly executable: boolean;
  /** Of a symlink. */
  readonly target: string;
}

/** One source of a COPY. */
export interface ContextSource {
  /** The name it has in the context, which it keeps in a destination folder. */
  readonly name: string;
  readonly entries: readonly [ContextEntry, ...ContextEntry[]];
}

export interface ContextOptions {
  /** The image folder. */
  readonly contextDir: string;
  /** Paths and patterns. */
  readonly sources: readonly string[];
  readonly at: SourcePosition;
}

/** An image folder while its sources are read. */
interface Context extends ContextOptions {
  /** Its real path. */
  readonly root: string;
  readonly ignore: DockerIgnore;
}

/**
 * Lists what the sources of a COPY hold, folders before their contents, in byte order. A pattern stands for all that it
 * matches, which may be nothing. A source that is a symbolic link is followed inside the image folder; links inside a folder are kept; `.git` and
 * what .dockerignore names are no part of it. Throws IMAGE_INVALID for a source that is missing or outside the image
 * folder, and for devices, FIFOs, sockets and names that are not UTF-8.
 */
export async function readContext(options: ContextOptions): Promise<ContextSource[]> {
  const root = await realpath(options.contextDir);
  const context: Context = { ...options, root, ignore: await readIgnore(options.contextDir) };
  const sources: ContextSource[] = [];
  for (const source of options.sources) {
    const paths = isGlob(source) ? await matches(context, source) : [source];
    for (const path of paths) {
      const { hostFile, inside } = await locate(context, path);
      const [first, ...others] = await readEntries(context, hostFile, inside);
      if (!first) throw cannotCopy(context, path, '.dockerignore leaves it out');
      sources.push({ name: posix.basename(posix.normalize(path)), entries: [first, ...others] });
    }
  }
  return sources;
}

async function readIgnore(dir: string): Promise<DockerIgnore> {
  const file = join(dir, '.dockerignore');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? ignoreNothing : parseDockerIgnore(file, text);
}

/** The error for a source that cannot be copied. */
function cannotCopy({ at }: ContextOptions, path: string, reason: string, hint?: string): KublerError {
  const options = hint === undefined ? { at } : { at, hint };
  return new KublerError('IMAGE_INVALID', `cannot copy "${path}": ${reason}`, options);
}

/** The real path of a source, on this host and relative to the image folder. */
async function locate(
  context: Context,
  source: string,
): Promise<{ readonly hostFile: string; readonly inside: string }> {
  const { root, ignore } = context;
  if (/^\.\.(\/|$)/.test(posix.normalize(source)))
    throw cannotCopy(context, source, 'it is outside the image folder');
  const path = posix.join('/', source).slice(1).replace(/\/$/, '');
  const { path: inside, failure } = walkContext(context, source, path);
  if (failure !== undefined) throw await isNotThere(context, source, { path, inside, failure });
  if (isLeftOut(inside))
    throw cannotCopy(context, source, 'it is no part of what the image is made from', leftOutHint);
  if (path !== inside && ignore.ignores(path))
    throw cannotCopy(context, source, '.dockerignore leaves it out');
  return { hostFile: join(root, inside), inside };
}

/** Links are followed as Docker does it: the image folder is the root, which neither they nor `..` in them leave. */
function walkContext(context: Context, source: string, path: string): Walked {
  try {
    return walkPath(path, (each) => nodeOf(join(context.root, each)));
  } catch {
    throw cannotCopy(context, source, 'it may not be read in the image folder');
  }
}

/** What is at a path of the host; undefined for nothing. */
function nodeOf(file: string): PathNode | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (!stats) return undefined;
  return stats.isSymbolicLink() ? { target: readlinkSync(file) } : { isDirectory: stats.isDirectory() };
}

async function isNotThere(
  context: Context,
  source: string,
  { path, inside, failure }: { readonly path: string; readonly inside: string; readonly failure: string },
): Promise<KublerError> {
  const links = 'its links go round in a circle in the image folder';
  if (failure === 'loop') return cannotCopy(context, source, links);
  const missing = 'there is no such file in the image folder';
  if (path !== inside && failure === 'missing')
    return cannotCopy(context, source, `it leads to "${inside}", and ${missing}`, followedHint);
  const names = await readdir(join(context.root, posix.dirname(path))).catch(() => []);
  return cannotCopy(context, source, missing, didYouMean(posix.basename(path), names));
}

const followedHint = 'links are followed inside the image folder: for them it is "/"';

const leftOutHint = 'that is .git anywhere, and build-test.sh and test.yaml at the top';

/** The paths that a pattern matches, in byte order; what is below a match is not matched again. */
async function matches(context: Context, source: string): Promise<readonly string[]> {
  const pattern = posix.join('/', source).slice(1);
  const expression = compileGlob(pattern);
  if (!expression) throw cannotCopy(context, source, 'it is not a pattern');
  const names = pattern.split('/');
  const folder = names.slice(0, names.findIndex(isGlob)).join('/');
  const { hostFile, inside } = await locate(context, folder);
  const found: string[] = [];
  const below = await readEntries(context, hostFile, inside);
  for (const { path } of below.slice(1)) {
    const full = folder === '' ? path : `${folder}/${path}`;
    const last = found.at(-1);
    const isBelow = last !== undefined && full.startsWith(`${last}/`);
    if (!isBelow && expression.test(full)) found.push(full);
  }
  return found;
}

/** A source and what is in it, without what is ignored; nothing when that is all of it. */
async function readEntries(
  context: Context,
  hostFile: string,
  inside: string,
): Promise<readonly ContextEntry[]> {
  const first = await readEntry(context, hostFile, '');
  const below = first.kind === 'directory' ? await readFolder(context, first, inside) : [];
  const isIgnored = inside !== '' && context.ignore.ignores(inside);
  return isIgnored && below.length === 0 ? [] : [first, ...below];
}

/** A folder that is ignored is there all the same when something below it is not. */
async function readFolder(context: Context, folder: ContextEntry, inside: string): Promise<ContextEntry[]> {
  const { ignore } = context;
  const entries: ContextEntry[] = [];
  for (const name of await readNames(context, folder.hostFile, inside)) {
    const full = posix.join(inside, name);
    const hostFile = join(folder.hostFile, name);
    const isIgnored = ignore.ignores(full);
    if (isIgnored && !(ignore.hasExceptions && (await lstat(hostFile)).isDirectory())) continue;
    const entry = await readEntry(context, hostFile, posix.join(folder.path, name));
    const below = entry.kind === 'directory' ? await readFolder(context, entry, full) : [];
    if (!isIgnored || below.length > 0) entries.push(entry, ...below);
  }
  return entries;
}

async function readNames(context: Context, dir: string, inside: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const bytes of await readdir(dir, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    if (isLeftOut(posix.join(inside, name))) continue;
    if (!Buffer.from(name).equals(bytes))
      throw cannotCopy(context, posix.join(inside, name), 'its name is not UTF-8');
    names.push(name);
  }
  return names.sort(compareBytes);
}

async function readEntry(context: Context, hostFile: string, path: string): Promise<ContextEntry> {
  const stats = await lstat(hostFile);
  const entry = { path, hostFile, executable: (stats.mode & 0o100) !== 0, target: '' };
  if (stats.isFile()) return { ...entry, kind: 'file' };
  if (stats.isDirectory()) return { ...entry, kind: 'directory' };
  if (stats.isSymbolicLink()) return { ...entry, kind: 'symlink', target: await readlink(hostFile) };
  throw cannotCopy(
    context,
    path === '' ? hostFile : path,
    'it is neither a file, a directory nor a symbolic link',
  );
}
