import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyLayer } from '../../model/apply-layer.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { toMembers } from '../layer/index.ts';
import { readSpool } from '../rootfs/index.ts';
import type { LoadedImage } from './load-image.ts';
import { readLayerTar } from './read-layer.ts';
import { toLayerTree } from './to-layer-tree.ts';

/** The members of the tree that the layers make together. The layers are unpacked to tar files in `tmpDir`. */
export async function* flattenLayers(
  { layout, layers }: LoadedImage,
  tmpDir: string,
): AsyncGenerator<TarMember, void, undefined> {
  let tree: Rootfs = new Map();
  for (const [index, layer] of layers.entries()) {
    const spoolFile = join(tmpDir, `layer-${index}.tar`);
    await writeFile(spoolFile, readLayerTar(layout, layer));
    tree = applyLayer(tree, toLayerTree((await readSpool(spoolFile)).rootfs, index));
  }
  yield* toMembers(tree);
}
