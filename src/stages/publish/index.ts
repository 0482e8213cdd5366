/**
 * publish: an image of the store → something outside of it: files, in four formats, and what engines load. Guaranteed: output appears
 * complete or not at all, every blob is checked on the way, and the same image gives the same bytes.
 */
export { exportImage, type ExportOptions } from './export-image.ts';
export { readImageTree } from './flatten-layers.ts';
export { loadImage, type ImageLayer } from './load-image.ts';
export { readLayerTar } from './read-layer.ts';
export { writeDockerArchive, type ArchivedImage } from './write-docker-archive.ts';
export { adoptDockerArchive } from './adopt-docker-archive.ts';
