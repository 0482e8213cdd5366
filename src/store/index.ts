/** What Kubler keeps of built images beside their blobs: records and trees. */
export { openKeptShells, type KeptShell, type KeptShells } from './kept-shells.ts';
export { openLayerCache, type CachedLayer, type LayerCache } from './layer-cache.ts';
export { openRecords, type RecordStore } from './records.ts';
export { findStaleFiles, removeFiles } from './stale-files.ts';
export type { BuiltTree } from './tree-file.ts';
