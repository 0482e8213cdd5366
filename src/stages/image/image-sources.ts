import { posix } from 'node:path';
import { KublerError, type SourcePosition } from '../../errors.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { didYouMean } from '../../model/suggest.ts';
import { parentPath, type DirectoryEntry, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import type { CopySource } from './copy-source.ts';
import { compileGlob, isGlob } from './go-glob.ts';

const rootEntry: DirectoryEntry = {
  ...{ path: '', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, xattrs: new Map() },
};

/**
 * What `COPY --from` brings of an image's tree: owners and modes as they are there, a source that is a link followed
 * inside that image, a pattern for all that it matches. Throws IMAGE_INVALID for a source that is not there.
 */
export function fromImage(
  tree: Rootfs,
  sources: readonly string[],
  { image, at }: { readonly image: string; readonly at: SourcePosition },
): readonly CopySource[] {
  const fail = (source: string, reason: string, hint?: string): KublerError =>
    new KublerError('IMAGE_INVALID', `cannot copy "${source}" from ${image}: ${reason}`, {
      at,
      ...(hint !== undefined && { hint }),
    });
  return sources.flatMap((source) => {
    const path = posix.join('/', source);
    if (!isGlob(source)) return [locate(tree, path, fail)];
    return matches(tree, path, fail).map((match) => locate(tree, match, fail));
  });
}

type Fail = (source: string, reason: string, hint?: string) => KublerError;

function locate(tree: Rootfs, path: string, fail: Fail): CopySource {
  const found = resolvePath(tree, path);
  if (!found.found) {
    const folder = parentPath(path.slice(1));
    const names = [...tree.keys()].filter((each) => parentPath(each) === folder);
    const near = didYouMean(
      posix.basename(path),
      names.map((each) => posix.basename(each)),
    );
    throw fail(
      path,
      found.reason === 'loop' ? 'its links go round in a circle' : 'there is no such file',
      near,
    );
  }
  const { entry = rootEntry } = found;
  const prefix = found.path === '' ? '' : `${found.path}/`;
  const inside =
    entry.type === 'directory' ? [...tree.values()].filter((each) => each.path.startsWith(prefix)) : [];
  const relative = (each: TreeEntry): TreeEntry => ({ ...each, path: each.path.slice(prefix.length) });
  const entries = [{ ...entry, path: '' }, ...inside.map(relative)];
  return { name: posix.basename(path), entries, isGenuine: true };
}

/** Paths that a pattern matches, links in the part without signs followed. */
function matches(tree: Rootfs, pattern: string, fail: Fail): readonly string[] {
  const names = pattern.slice(1).split('/');
  const plain = names.findIndex(isGlob);
  const expression = compileGlob(names.slice(plain).join('/'));
  if (!expression) throw fail(pattern, 'it is not a pattern');
  const folder = resolvePath(tree, names.slice(0, plain).join('/'));
  if (!folder.found) return [];
  const prefix = folder.path === '' ? '' : `${folder.path}/`;
  const below = [...tree.keys()].filter((path) => path.startsWith(prefix));
  return below.filter((path) => expression.test(path.slice(prefix.length))).map((path) => `/${path}`);
}
