import { lstat, readlink, rmdir, unlink } from 'node:fs/promises';
import { KublerError } from '../../errors.ts';

/** A path of a root with its symlinks followed inside that root. */
export interface ResolvedPath {
  /** Absolute in the root, no symlink in it. */
  readonly path: string;
  /** Those of its folders, outermost first, and itself, that are not there. */
  readonly missing: readonly string[];
}

const maxLinks = 40;

/**
 * Follows the symlinks of a path as a process with `rootDir` as its `/` would (path_resolution(7)), up to what is
 * missing. Nothing outside `rootDir` is looked at.
 */
export async function resolveInRoot(rootDir: string, path: string): Promise<ResolvedPath> {
  const todo = path.split('/');
  const missing: string[] = [];
  let current: string[] = [];
  let links = 0;
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      current.pop();
      continue;
    }
    const next = `/${[...current, name].join('/')}`;
    const target = await linkTarget(rootDir + next);
    if (target === undefined || target === '') {
      if (target === undefined && !missing.includes(next)) missing.push(next);
      current.push(name);
      continue;
    }
    links += 1;
    if (links > maxLinks) throw tooManyLinks(path);
    if (target.startsWith('/')) current = [];
    todo.unshift(...target.split('/'));
  }
  return { path: `/${current.join('/')}`, missing };
}

/** Where a symlink points; empty for what is none, undefined for what is not there. */
async function linkTarget(hostPath: string): Promise<string | undefined> {
  try {
    return (await lstat(hostPath)).isSymbolicLink() ? await readlink(hostPath) : '';
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

const tooManyLinks = (path: string): KublerError =>
  new KublerError('ENGINE_REFUSED', `cannot mount "${path}": too many symlinks on the way`);

/**
 * Removes mount points that a container runtime has made: folders that are empty and files without content, the
 * innermost first. What holds something, or is no longer what it was, stays.
 */
export async function removeMountPoints(rootDir: string, points: Iterable<string>): Promise<void> {
  const innermostFirst = [...new Set(points)].sort((a, b) => b.length - a.length);
  for (const point of innermostFirst) {
    const resolved = await resolveInRoot(rootDir, point);
    if (resolved.path === point && resolved.missing.length === 0) await removeEmpty(rootDir + point);
  }
}

async function removeEmpty(hostPath: string): Promise<void> {
  const found = await lstat(hostPath);
  if (found.isFile() && found.size === 0) return unlink(hostPath);
  if (!found.isDirectory()) return;
  await rmdir(hostPath).catch((error: unknown) => {
    if (!isCode(error, 'ENOTEMPTY')) throw error;
  });
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
