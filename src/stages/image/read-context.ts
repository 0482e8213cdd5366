import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { KublerError, type SourcePosition } from '../../errors.ts';
import { isLeftOut } from '../../model/left-out.ts';
import { didYouMean } from '../../model/suggest.ts';
import { unsupported } from './instruction.ts';

/** Something below the image folder that a COPY brings. */
export interface ContextEntry {
  /** Relative to the destination; empty for the source itself. */
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
  readonly sources: readonly string[];
  readonly at: SourcePosition;
}

/**
 * Lists what the sources of a COPY hold, folders before their contents, names in no particular order. A source that is
 * a symbolic link is followed; links inside a folder are kept; `.git` is no part of it. Throws IMAGE_INVALID for a
 * source that is missing or outside the image folder, and for devices, FIFOs, sockets and names that are not UTF-8.
 */
export async function readContext(options: ContextOptions): Promise<ContextSource[]> {
  const root = await realpath(options.contextDir);
  if ((await readdir(root)).includes('.dockerignore'))
    throw cannotCopy(options, '.dockerignore', `it ${unsupported}`);
  const sources: ContextSource[] = [];
  for (const source of options.sources) {
    const hostFile = await locate(root, source, options);
    const first = await readEntry(hostFile, '', options);
    const inside = first.kind === 'directory' ? await readFolder(hostFile, '', options) : [];
    sources.push({ name: posix.basename(posix.normalize(source)), entries: [first, ...inside] });
  }
  return sources;
}

/** The error for a source that cannot be copied. */
function cannotCopy({ at }: ContextOptions, path: string, reason: string, hint?: string): KublerError {
  const options = hint === undefined ? { at } : { at, hint };
  return new KublerError('IMAGE_INVALID', `cannot copy "${path}": ${reason}`, options);
}

/** The real path of a source, inside the image folder. */
async function locate(root: string, source: string, options: ContextOptions): Promise<string> {
  const escape = (): KublerError => cannotCopy(options, source, 'it is outside the image folder');
  if (source.split('/').includes('..')) throw escape();
  const path = posix.join('/', source).slice(1).replace(/\/$/, '');
  let real: string;
  try {
    real = await realpath(join(root, path));
  } catch (cause) {
    const names = await readdir(join(root, posix.dirname(path))).catch(() => []);
    const near = didYouMean(posix.basename(path), names);
    throw cannotCopy(options, source, `${reasonOf(cause)} in the image folder`, near);
  }
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw escape();
  if (relative(root, real).split(sep).some(isLeftOut))
    throw cannotCopy(options, source, '".git" is no part of an image folder');
  return real;
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ELOOP') return 'its links go round in a circle';
  return code === 'EACCES' ? 'it may not be read' : 'there is no such file';
}

async function readFolder(dir: string, path: string, options: ContextOptions): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  for (const bytes of await readdir(dir, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    const inner = path === '' ? name : `${path}/${name}`;
    if (isLeftOut(name)) continue;
    if (!Buffer.from(name).equals(bytes)) throw cannotCopy(options, inner, 'its name is not UTF-8');
    const entry = await readEntry(join(dir, name), inner, options);
    entries.push(entry);
    if (entry.kind === 'directory') entries.push(...(await readFolder(entry.hostFile, inner, options)));
  }
  return entries;
}

async function readEntry(hostFile: string, path: string, options: ContextOptions): Promise<ContextEntry> {
  const stats = await lstat(hostFile);
  const entry = { path, hostFile, executable: (stats.mode & 0o100) !== 0, target: '' };
  if (stats.isFile()) return { ...entry, kind: 'file' };
  if (stats.isDirectory()) return { ...entry, kind: 'directory' };
  if (stats.isSymbolicLink()) return { ...entry, kind: 'symlink', target: await readlink(hostFile) };
  throw cannotCopy(
    options,
    path === '' ? hostFile : path,
    'it is neither a file, a directory nor a symbolic link',
  );
}
