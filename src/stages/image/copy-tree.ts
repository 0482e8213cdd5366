import { posix } from 'node:path';
import { KublerError, type SourcePosition } from '../../errors.ts';
import type { Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import type { CopySource } from './copy-source.ts';
import { LayerDraft } from './layer-draft.ts';

interface CopyOptions {
  readonly sources: readonly CopySource[];
  readonly destination: string;
  /** What a relative destination is relative to, absolute. */
  readonly workdir: string;
  /** What the image holds already, parents included. */
  readonly tree: Rootfs;
  /** mtime of directories made on the way, in seconds. */
  readonly epoch: number;
  /** `--chown`: of everything that is copied or made on the way. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** `--chmod`: of everything that is copied but links. */
  readonly mode?: number;
  readonly at: SourcePosition;
}

/**
 * The layer of a COPY or ADD. The contents of a folder are copied, a destination that ends with `/` or is a directory takes
 * sources in by name, missing directories are made. Links in the image are followed inside the image. A directory that
 * is there keeps its mode and owner when it is the destination, and those below it, too, unless their own are genuine or
 * flags say otherwise.
 * Throws IMAGE_INVALID where a file and a directory collide.
 */
export function copyTree(options: CopyOptions): Rootfs {
  const { tree, epoch: mtime, owner = root, at } = options;
  const layer = new LayerDraft(tree, { ...owner, mtime, origin: { kind: 'dockerfile', line: at.line } });
  for (const source of options.sources) {
    for (const { entry, path } of targets(source, layer, options))
      place(layer, entry, path, { ...options, isGenuine: source.isGenuine === true });
  }
  return layer.finish();
}

const root = { uid: 0, gid: 0 };

function place(
  layer: LayerDraft,
  entry: TreeEntry,
  path: string,
  options: CopyOptions & { readonly isGenuine: boolean },
): void {
  const { owner, mode, at, isGenuine } = options;
  const folder = entry.type === 'directory' && entry.path === '' ? path : posix.dirname(path);
  const parent = layer.makeDirectory(folder);
  if (parent === undefined) throw collision(options, folder, 'something that is no directory is there');
  if (folder === path) return;
  const origin = { kind: 'dockerfile', line: at.line } as const;
  const changes = { ...owner, ...(mode !== undefined && entry.type !== 'symlink' && { mode }), origin };
  const landing = layer.landing(path);
  const isThere = landing !== undefined && layer.typeAt(landing) === 'directory';
  if (entry.type === 'directory') {
    if (isThere && !isGenuine && owner === undefined && mode === undefined) return;
    if (!isThere && landing !== undefined && layer.typeAt(landing) !== undefined)
      throw collision(options, path, 'something that is no directory is there');
    if (landing === undefined) throw collision(options, path, 'a circle of links is there');
    return layer.add({ ...entry, ...changes, path: landing });
  }
  const own = posix.join(parent, posix.basename(path));
  if (layer.typeAt(own) === 'directory') throw collision(options, path, 'a directory is there');
  layer.add({ ...entry, ...changes, path: own });
}

/** Where each entry of a source goes, as an absolute path that may still lead through links. */
function targets(
  { name, entries }: CopySource,
  layer: LayerDraft,
  options: CopyOptions,
): { readonly entry: TreeEntry; readonly path: string }[] {
  const { destination, workdir } = options;
  const base = posix.resolve('/', workdir, destination);
  const landing = layer.landing(base);
  if (landing === undefined) throw collision(options, base, 'a file or a circle of links is in the way');
  const [first] = entries;
  // Of a single file the end of the path is followed, too: COPY x /etc/localtime goes where that link leads.
  if (!first || first.type === 'directory') {
    return entries.map((entry) => ({ entry, path: posix.join(base, entry.path) }));
  }
  const isFolder = /(^|\/)\.?$/.test(destination) || layer.typeAt(landing) === 'directory';
  return [{ entry: first, path: isFolder ? posix.join(base, name) : `/${landing}` }];
}

function collision({ at }: CopyOptions, path: string, reason: string): KublerError {
  return new KublerError('IMAGE_INVALID', `cannot copy to "${path}": ${reason}`, { at });
}
