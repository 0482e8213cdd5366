/**
 * layer: what an image adds to its parent, as bytes. In: the parent's tree, the image's tree, and which paths went
 * away. Out: a gzipped tar in the store with its digests. Guaranteed: the same tree gives the same bytes on every
 * host, engine and clock (docs/image-format.md); memory does not grow with the size of the files.
 */
export { diffTrees } from './diff-trees.ts';
export { normalise } from './normalise.ts';
export { toMembers } from './to-members.ts';
export { writeLayer, type Layer } from './write-layer.ts';
