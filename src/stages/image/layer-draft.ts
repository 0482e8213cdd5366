import { landingPath } from './landing-path.ts';
import {
  parentPath,
  toRootfs,
  type DirectoryEntry,
  type Rootfs,
  type TreeEntry,
} from '../../model/tree-entry.ts';

type Meta = Pick<DirectoryEntry, 'uid' | 'gid' | 'mtime' | 'origin'>;

/** A layer while entries are added to it, over the tree it will lie on. */
export class LayerDraft {
  readonly #merged: Map<string, TreeEntry>;
  readonly #added: TreeEntry[] = [];
  readonly #meta: Meta;

  /** `meta` is what directories made on the way get. */
  constructor(tree: Rootfs, meta: Meta) {
    this.#merged = new Map(tree);
    this.#meta = meta;
  }

  /** Where a path leads, links followed; undefined when it leads nowhere. */
  landing(path: string): string | undefined {
    return landingPath(this.#merged, path);
  }

  /** What is at a path that `landing` gave; the root is a directory. */
  typeAt(path: string): TreeEntry['type'] | undefined {
    return path === '' ? 'directory' : this.#merged.get(path)?.type;
  }

  add(entry: TreeEntry): void {
    this.#merged.set(entry.path, entry);
    this.#added.push(entry);
  }

  /**
   * Makes a directory and those above it, 0755, where they are missing; `path` may lead through links. Gives the path
   * it is really at, or undefined when something else stands there.
   */
  makeDirectory(path: string): string | undefined {
    const landing = this.landing(path);
    if (landing === undefined) return undefined;
    const type = this.typeAt(landing);
    if (type !== undefined) return type === 'directory' ? landing : undefined;
    if (this.makeDirectory(parentPath(landing)) === undefined) return undefined;
    this.add({ type: 'directory', path: landing, mode: 0o755, xattrs: new Map(), ...this.#meta });
    return landing;
  }

  /** The layer: what was added, in byte order. */
  finish(): Rootfs {
    return toRootfs(this.#added);
  }
}
