import { writeFile } from 'node:fs/promises';
import type { Digest } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import { gzipBlocks } from '../../oci/gzip.ts';
import type { Layout } from '../../oci/layout.ts';
import { tally } from '../../oci/tally.ts';
import { mediaTypes, type Descriptor, type Manifest } from '../../oci/types.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { checkArchive } from '../rootfs/index.ts';
import { findDockerImage, openTar } from '../source/index.ts';

/**
 * Takes the first image of an archive of Docker or Podman into a layout, with its own config, so that it keeps its image
 * ID, and its own layers. Throws as `findDockerImage` and `checkArchive` do.
 * @param tmpDir a folder on the layout's file system
 * @returns digest of its manifest
 */
export async function adoptDockerArchive(file: string, layout: Layout, tmpDir: string): Promise<Digest> {
  const archive = await openTar(file, tmpDir);
  const image = await findDockerImage(archive);
  const layers: Descriptor[] = [];
  for (const { name } of image.layers) {
    const tar = await archive.extract(name);
    await checkArchive(readArchive(tar));
    layers.push(await adoptLayer(readArchive(tar), layout, `${tar}.gz`));
  }
  const config = { mediaType: mediaTypes.config, ...(await layout.writeBlob(image.configBytes)) };
  const manifest: Manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers };
  return (await layout.writeBlob(encodeJson(manifest))).digest;
}

async function adoptLayer(tar: AsyncIterable<Buffer>, layout: Layout, hostFile: string): Promise<Descriptor> {
  const compressed = tally();
  await writeFile(hostFile, compressed.count(gzipBlocks(tar)), { flag: 'wx' });
  const [digest, size] = [compressed.digest(), compressed.bytes()];
  await layout.adoptBlob(hostFile, digest);
  return { mediaType: mediaTypes.layerGzip, digest, size };
}
