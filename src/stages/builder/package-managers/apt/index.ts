/**
 * The frozen package index: a suite's sources → verified lists that containers resolve against; packages by checksum.
 * Nothing in a container fetches anything, and nothing it sees names a mirror.
 */
export { fillArchiveDir, makeArchiveDir } from './archive-dir.ts';
export { compareIndexes, type IndexChanges } from './compare-indexes.ts';
export { explainAptFailure } from './explain-failure.ts';
export { fetchPackages } from './fetch-packages.ts';
export { findIndex, freezeIndex, toDebianArchitecture } from './freeze-index.ts';
export type { FrozenIndex } from './frozen-index.ts';
export { namedPackages } from './named-packages.ts';
export { readPackageVersions } from './package-lists.ts';
export { prepareMirror } from './prepare-mirror.ts';
export { parsePrintUris } from './print-uris.ts';
export { debianKeyring } from './sources.ts';
