/** What Kubler keeps of built images beside their blobs: records and trees. */
export { openRecords, type RecordStore } from './records.ts';
export { findStaleFiles, removeFiles } from './stale-files.ts';
export type { BuiltTree } from './tree-file.ts';
