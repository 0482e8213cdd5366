const prefix = '.wh.';
const opaqueName = '.wh..wh..opq';

/**
 * What the name of a layer's file removes from the layers below; undefined for a file like any other.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/layer.md#whiteouts
 */
export type Whiteout =
  /** A path, and all that is below it. */
  | { readonly kind: 'path'; readonly path: string }
  /** All that is in a folder, `''` being the root. */
  | { readonly kind: 'contents'; readonly path: string };

/** Reads a path of a layer, without slashes at its ends, as a removal. */
export function readWhiteout(path: string): Whiteout | undefined {
  const [folder, name] = split(path);
  if (!name.startsWith(prefix)) return undefined;
  if (name === opaqueName) return { kind: 'contents', path: folder.slice(0, -1) };
  return { kind: 'path', path: folder + name.slice(prefix.length) };
}

/** The name in a layer that removes a path. */
export function whiteoutOf(path: string): string {
  const [folder, name] = split(path);
  return folder + prefix + name;
}

/** A folder with its slash, empty for the root, and the name in it. */
function split(path: string): readonly [folder: string, name: string] {
  const cut = path.lastIndexOf('/') + 1;
  return [path.slice(0, cut), path.slice(cut)];
}
