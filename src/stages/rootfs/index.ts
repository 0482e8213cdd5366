/**
 * rootfs: what a target root contains. In: a tar spool that GNU tar wrote inside a container, a listing that `find`
 * wrote there, or a foreign tarball. Out: a `Rootfs`, a sorted tree whose content stays in the spool and is read when
 * asked for. Guaranteed: every file's digest is known, hard links share one inode number, attributes that must not
 * ship are gone and counted, and nothing here needs root.
 */
export { checkArchive, defaultArchiveLimits, type ArchiveLimits } from './check-archive.ts';
export { plainArchive, type ForeignArchive } from './plain-archive.ts';
export { readForeignArchive } from './read-foreign-archive.ts';
export { readBytes, readContent, readSlice } from './read-content.ts';
export { readSpool, type Dropped, type SpooledTree } from './read-spool.ts';
export {
  changedPaths,
  endListing,
  listingFormat,
  parseListing,
  splitListing,
  type Changes,
  type ListedEntry,
  type Listing,
} from './list-tree.ts';
export { copyTar, saveStream, unpackArchive } from './unpack-archive.ts';
