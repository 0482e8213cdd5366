import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../src/model/digest.ts';
import type { Rootfs } from '../../src/model/tree-entry.ts';
import { encodeJson } from '../../src/oci/encode-json.ts';
import { openLayout, type Layout } from '../../src/oci/layout.ts';
import { mediaTypes, type ImageConfig } from '../../src/oci/types.ts';
import { writeLayer } from '../../src/stages/layer/index.ts';

/** What a layer of a test image adds and removes. */
export interface LayerContent {
  readonly entries: Rootfs;
  readonly whiteouts?: readonly string[];
}

export interface TestImage {
  readonly layout: Layout;
  readonly tmpDir: string;
  readonly manifestDigest: Digest;
  readonly config: ImageConfig;
}

/** An image store in a new folder of `parentDir` with one image, `web/app:1`, of these layers. */
export async function makeImage(parentDir: string, layers: readonly LayerContent[]): Promise<TestImage> {
  const base = mkdtempSync(join(parentDir, 'image-'));
  const tmpDir = join(base, 'tmp');
  mkdirSync(tmpDir);
  const layout = await openLayout({ dir: join(base, 'store'), tmpDir, withLock: (work) => work() });
  const written = [];
  for (const { entries, whiteouts = [] } of layers) {
    written.push(await writeLayer({ entries, whiteouts, epoch: 1_700_000_000, layout, tmpDir }));
  }
  const created = '2023-11-14T22:13:20Z';
  const config: ImageConfig = {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: { Cmd: ['/bin/app'] },
    rootfs: { type: 'layers', diff_ids: written.map((layer) => layer.diffId) },
    history: written.map((_, index) => ({ created, created_by: `layer ${index}` })),
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...(await layout.writeBlob(encodeJson(config))) },
    layers: written.map(({ digest, sizeBytes }) => ({
      mediaType: mediaTypes.layerGzip,
      digest,
      size: sizeBytes,
    })),
  };
  const { digest, size } = await layout.writeBlob(encodeJson(manifest));
  await layout.setReference('web/app:1', { mediaType: mediaTypes.manifest, digest, size });
  return { layout, tmpDir, manifestDigest: digest, config };
}
