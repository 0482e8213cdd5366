import { KublerError } from '../../errors.ts';

/**
 * What `find ROOT -xdev -printf FORMAT` must print for `parseListing`: for each path its name relative to ROOT, type
 * letter, octal permissions, numeric owner and group, size, times of change of content and inode, and link target.
 * The `\0` are find's escapes, not NULs, so that the text can be an argument.
 */
export const listingFormat = ['%P', '%y', '%m', '%U', '%G', '%s', '%T@', '%C@', '%l', ''].join('\\0');

const fieldCount = 9;

/** One path of a listing. Times are find's text, to be compared only. */
export interface ListedEntry {
  /** find's letter: `f` file, `d` directory, `l` symlink, `p` fifo, `s` socket, `c` and `b` devices. */
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: string;
  readonly ctime: string;
  /** Of a symlink; else empty. */
  readonly target: string;
}

/** Path relative to the root → what is there; the root itself is not in it. */
export type Listing = ReadonlyMap<string, ListedEntry>;

/** Parses what find printed with `listingFormat`; throws `ROOTFS_INVALID` when it is cut short. */
export function parseListing(printed: string | Buffer): Listing {
  const fields = printed.toString().split('\0');
  if (fields.pop() !== '' || fields.length % fieldCount !== 0) throw cutShort();
  return toListing(fields);
}

/** A shell command that ends a listing in an output that goes on; see `splitListing`. */
export const endListing = String.raw`printf '\0'`;

/** Takes apart a listing, `endListing` and a text; `ROOTFS_INVALID` when the listing is cut short. */
export function splitListing(printed: string | Buffer): { readonly listing: Listing; readonly text: string } {
  const fields = printed.toString().split('\0');
  // Only the first path, the root's, is empty.
  let end = fieldCount;
  while (end < fields.length && fields[end] !== '') end += fieldCount;
  if (end + 1 >= fields.length) throw cutShort();
  return { listing: toListing(fields.slice(0, end)), text: fields.slice(end + 1).join('\0') };
}

const cutShort = () =>
  new KublerError('ROOTFS_INVALID', 'cannot read the list of files of a root: it is cut short');

function toListing(fields: readonly string[]): Listing {
  const listing = new Map<string, ListedEntry>();
  const field = (index: number) => fields[index] ?? '';
  for (let at = 0; at < fields.length; at += fieldCount) {
    if (field(at) === '') continue;
    listing.set(field(at), {
      type: field(at + 1),
      mode: parseInt(field(at + 2), 8),
      uid: Number(field(at + 3)),
      gid: Number(field(at + 4)),
      size: Number(field(at + 5)),
      mtime: field(at + 6),
      ctime: field(at + 7),
      target: field(at + 8),
    });
  }
  return listing;
}

export interface Changes {
  /** Paths that are new or not the same any more. */
  readonly changed: ReadonlySet<string>;
  /** Paths that are gone. */
  readonly deleted: ReadonlySet<string>;
}

/**
 * Compares two listings of one root. Throws `LAYER_UNREPRESENTABLE` when something with a name that is not UTF-8
 * appeared; what was there before may be called what it likes.
 */
export function changedPaths(before: Listing, after: Listing): Changes {
  const changed = new Set<string>();
  for (const [path, entry] of after) {
    const former = before.get(path);
    if (former && isSame(former, entry)) continue;
    if (path.includes('\ufffd')) throw unrepresentable(path);
    changed.add(path);
  }
  const deleted = new Set([...before.keys()].filter((path) => !after.has(path)));
  return { changed, deleted };
}

/** A directory's size and times tell about its entries, which are compared themselves. */
function isSame(a: ListedEntry, b: ListedEntry): boolean {
  if (a.type !== b.type || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return false;
  if (a.type === 'd') return true;
  if (a.type === 'l') return a.target === b.target;
  return a.size === b.size && a.mtime === b.mtime && a.ctime === b.ctime;
}

const unrepresentable = (path: string) =>
  new KublerError(
    'LAYER_UNREPRESENTABLE',
    `cannot put file "/${path}" into an image: its name is not UTF-8`,
    {
      hint: 'rename or remove it in finish_rootfs_build',
    },
  );
