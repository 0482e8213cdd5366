import { createHash } from 'node:crypto';
import type { FileEntry, Origin, Rootfs, TreeEntry } from '../../model/tree-entry.ts';
import { accountNames, accountPath } from '../../model/accounts.ts';
import { imageAccounts, type ImageAccountsOptions } from './image-accounts.ts';

export interface FinishCarveOptions extends ImageAccountsOptions {
  /** Path → the hook that changed it last. */
  readonly hooks: ReadonlyMap<string, string>;
  /** Seconds since 1970: the date of files written here. */
  readonly epoch: number;
}

/**
 * Notes where every entry comes from, and puts in the account files that the image needs instead of the target root's.
 * A child gets only those that differ from its parent's.
 */
export function finishCarve(options: FinishCarveOptions): Rootfs {
  const { rootfs } = options;
  const texts = imageAccounts(options);
  const marked = new Map(
    [...rootfs].map(([path, entry]) => [
      path,
      withOrigin(entry, ownerOf(path, options), options.hooks.get(path)),
    ]),
  );
  for (const name of accountNames) {
    const path = accountPath(name);
    const entry = marked.get(path);
    const text = texts[name];
    if (entry?.type === 'file' && text !== undefined) marked.set(path, withText(entry, text, options.epoch));
    else marked.delete(path);
  }
  // It was spooled for the account files; an empty one would be all that is left of them.
  if (![...marked.keys()].some((path) => path.startsWith('etc/'))) marked.delete('etc');
  return marked;
}

/** What a hook has put in the place of a file of a package that is not kept is the hook's. */
function ownerOf(path: string, { plan, hooks }: FinishCarveOptions): string | undefined {
  const owner = plan.owners.get(path);
  return owner !== undefined && hooks.has(path) && !plan.reasons.has(owner) ? undefined : owner;
}

function withOrigin(entry: TreeEntry, owner: string | undefined, hook: string | undefined): TreeEntry {
  const made: Origin = hook === undefined ? { kind: 'script' } : { kind: 'hook', hook };
  return { ...entry, origin: owner === undefined ? made : { kind: 'package', name: owner } };
}

function withText(entry: FileEntry, text: string, epoch: number): FileEntry {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { path, mode, uid, gid, xattrs } = entry;
  const content = { kind: 'bytes', bytes } as const;
  const meta = { path, mode, uid, gid, xattrs, mtime: epoch, origin: { kind: 'kubler' } } as const;
  return { type: 'file', ...meta, size: bytes.length, sha256, content };
}
