/**
 * source: an image or a root filesystem from elsewhere → one tree and its configuration. In: a path on this host. Out: a
 * `Rootfs` whose content stays in plain tar files. Guaranteed: nothing of what is read is trusted; what is damaged,
 * hostile, too large or something else is an error that says so.
 */
export { openTar } from './bundle.ts';
export { findDockerImage } from './docker-image.ts';
export type { Wanted } from './oci-image.ts';
export { parsePlatform } from './platform.ts';
export { readSource, type Source } from './read-source.ts';
export { toLayerTree } from './to-layer-tree.ts';
