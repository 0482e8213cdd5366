import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyLayer } from '../../model/apply-layer.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { toMembers } from '../layer/index.ts';
import { readSpool } from '../rootfs/index.ts';
import { toLayerTree } from '../source/index.ts';
import { loadImage, type ImageReference, type LoadedImage } from './load-image.ts';
import { readLayerTar } from './read-layer.ts';

/** The members of the tree that the layers make together. The layers are unpacked to tar files in `tmpDir`. */
export async function* flattenLayers(
  image: LoadedImage,
  tmpDir: string,
): AsyncGenerator<TarMember, void, undefined> {
  yield* toMembers(await flattenTree(image, tmpDir));
}

/** The tree of an image of the store. Its content is in tar files in `tmpDir`, which must outlive it. */
export const readImageTree = async (image: ImageReference, tmpDir: string): Promise<Rootfs> =>
  flattenTree(await loadImage(image), tmpDir);

async function flattenTree({ layout, layers }: LoadedImage, tmpDir: string): Promise<Rootfs> {
  let tree: Rootfs = new Map();
  for (const [index, layer] of layers.entries()) {
    const spoolFile = join(tmpDir, `layer-${index}.tar`);
    await writeFile(spoolFile, readLayerTar(layout, layer));
    tree = applyLayer(tree, toLayerTree((await readSpool(spoolFile)).rootfs, index));
  }
  return tree;
}
