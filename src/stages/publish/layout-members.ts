import { stat } from 'node:fs/promises';
import { digestHex } from '../../model/digest.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import type { TarMember } from '../../oci/tar-member.ts';
import { mediaTypes, type Index } from '../../oci/types.ts';
import type { LoadedImage } from './load-image.ts';
import { newDirectory, newFile, newStreamedFile } from '../../oci/new-member.ts';
import { readBlob } from './read-layer.ts';

/** The files of an OCI image layout that holds one image, in byte order. */
export async function* layoutMembers(image: LoadedImage): AsyncGenerator<TarMember, void, undefined> {
  const { layout, manifest, manifestDigest, reference } = image;
  const { size } = await stat(layout.blobFile(manifestDigest));
  const main = { mediaType: mediaTypes.manifest, digest: manifestDigest, size };
  const sizes = new Map([main, manifest.config, ...manifest.layers].map((blob) => [blob.digest, blob.size]));
  yield newDirectory('blobs');
  yield newDirectory('blobs/sha256');
  for (const [digest, bytes] of [...sizes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield newStreamedFile(`blobs/sha256/${digestHex(digest)}`, bytes, () => readBlob(layout, digest));
  }
  const index: Index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ ...main, annotations: { 'org.opencontainers.image.ref.name': reference } }],
  };
  yield newFile('index.json', encodeJson(index));
  yield newFile('oci-layout', encodeJson({ imageLayoutVersion: '1.0.0' }));
}
