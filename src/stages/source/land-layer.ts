import type { AnyLayerTree } from '../../model/apply-layer.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath, toRootfs, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';

/**
 * The same layer with each path where engines put it: a folder that it does not bring itself may be a link below, which
 * is followed, as in `/lib/x` over an image whose `/lib` leads to `/usr/lib`.
 */
export function landLayer(lower: Rootfs, { entries, whiteouts, opaque = [] }: AnyLayerTree): AnyLayerTree {
  const folders = new Map([['', '']]);
  const land = (path: string): string => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const folder = realFolder(parentPath(path));
    return folder === '' ? name : `${folder}/${name}`;
  };
  const realFolder = (folder: string): string => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const path = land(folder);
    const real = entries.get(folder)?.type === 'directory' ? path : followed(lower, path);
    folders.set(folder, real);
    return real;
  };
  return {
    entries: toRootfs([...entries.values()].map((entry) => ({ ...entry, path: land(entry.path) }))),
    whiteouts: whiteouts.map(land),
    opaque: opaque.map(realFolder),
  };
}

function followed(lower: Rootfs, path: string): string {
  const end = resolvePath(lower, path);
  if (end.found) return end.path;
  return end.reason === 'missing' ? end.at : path;
}

/** A tree with the folders its paths are in, which archives may leave out: root's, as engines make them. */
export function withFolders(tree: Rootfs): Rootfs {
  const made = new Map<string, TreeEntry>();
  for (const path of tree.keys()) {
    for (let folder = parentPath(path); folder !== '' && !made.has(folder); folder = parentPath(folder)) {
      if (tree.get(folder)?.type === 'directory') break;
      made.set(folder, {
        type: 'directory',
        path: folder,
        mode: 0o755,
        uid: 0,
        gid: 0,
        mtime: 0,
        xattrs: new Map(),
      });
    }
  }
  return made.size === 0 ? tree : toRootfs([...tree.values(), ...made.values()]);
}
