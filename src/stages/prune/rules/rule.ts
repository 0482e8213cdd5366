import type { TreeEntry } from '../../../model/tree-entry.ts';

export type HasPath = (path: string) => boolean;

/** Something an image can do without. Files go by rules; folders go when a rule has emptied them. */
export interface PruneRule {
  /** As users type it: `docs`. */
  readonly name: string;
  /** What it removes and why, one sentence for the documentation. */
  readonly explanation: string;
  /** Off unless asked for; `always`: cannot be switched off, only KEEP saves a file from it. */
  readonly mode: 'on' | 'off' | 'always';
  /** `_keep_headers` or `_keep_static_libs` of a build.sh switches it off. */
  readonly keptBy?: 'headers' | 'static-libs';
  /** Globs of paths that go, and of those among them that stay. A folder they name goes if it is empty. */
  readonly remove: readonly string[];
  readonly except?: readonly string[];
  /** A condition besides the globs. `has` knows the paths of the tree and of the parent image. */
  readonly when?: (entry: TreeEntry, has: HasPath) => boolean;
  /** Folders it empties stay, unless its globs name them: something writes there at run time. */
  readonly leavesFolders?: boolean;
}
