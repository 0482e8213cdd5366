import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { applyLayer } from '../../model/apply-layer.ts';
import { toDigest } from '../../model/digest.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { readArchive } from '../../oci/read-archive.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { checkArchive, defaultArchiveLimits, plainArchive, readSpool } from '../rootfs/index.ts';
import type { Bundle } from './bundle.ts';
import type { FoundLayer } from './found-image.ts';
import { landLayer, withFolders } from './land-layer.ts';
import { toLayerTree } from './to-layer-tree.ts';
import { unreadable } from './unreadable.ts';

/** Where layers are unpacked. */
export interface Scratch {
  readonly runner: ProcessRunner;
  /** Must outlive the tree, whose content lies here. */
  readonly tempDir: string;
}

/** More layers than any engine takes would only be a way to fill a disk. */
const maxLayers = 1024;

/**
 * The tree that layers make together, whatever compresses them. Throws `ROOTFS_ESCAPE` and `ROOTFS_INVALID` as
 * `checkArchive` does, the limits being for all of them together, and when one is damaged.
 */
export async function unpackLayers(
  bundle: Bundle,
  layers: readonly FoundLayer[],
  scratch: Scratch,
): Promise<Rootfs> {
  if (layers.length > maxLayers) throw unreadable(`it has more than ${maxLayers} layers`);
  let tree: Rootfs = new Map();
  let { maxMembers, maxBytes } = defaultArchiveLimits;
  for (const [index, layer] of layers.entries()) {
    const hostFile = await bundle.extract(layer.name);
    const plainFile = join(scratch.tempDir, `layer-${index}.tar`);
    const tar = await plainArchive({ hostFile, plainFile, ...scratch, limits: { maxMembers, maxBytes } });
    // What was extracted from a tar is needed no more.
    if (tar === plainFile && hostFile.startsWith(`${scratch.tempDir}/`)) await rm(hostFile);
    maxBytes -= await checkLayer(tar, layer, { maxMembers, maxBytes });
    const files = (await readSpool(tar)).rootfs;
    maxMembers -= files.size;
    tree = applyLayer(tree, landLayer(tree, toLayerTree(files, index)));
  }
  return withFolders(tree);
}

/** @returns the size of its tar, in whole blocks of 512 bytes */
async function checkLayer(
  tar: string,
  { name, diffId }: FoundLayer,
  limits: typeof defaultArchiveLimits,
): Promise<number> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counted = async function* () {
    for await (const chunk of readArchive(tar)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  await checkArchive(counted(), limits);
  if (diffId !== undefined && toDigest(hash.digest('hex')) !== diffId)
    throw unreadable(`its layer "${name}" has another digest: it is damaged`);
  return Math.ceil(bytes / 512) * 512;
}
