import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rootfs } from '../../model/tree-entry.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { readForeignArchive, plainArchive } from '../rootfs/index.ts';
import { openFolder, openTar, type Bundle } from './bundle.ts';
import { findDockerImage, isDockerArchive } from './docker-image.ts';
import type { FoundImage } from './found-image.ts';
import { withFolders } from './land-layer.ts';
import { findOciImage, type Wanted } from './oci-image.ts';
import { isPlatform } from './platform.ts';
import { unpackLayers, type Scratch } from './unpack-layers.ts';
import { unreadable } from './unreadable.ts';

/** An image, or a root filesystem, from elsewhere. */
export interface Source {
  readonly kind: 'OCI layout' | 'OCI archive' | 'docker-archive' | 'root filesystem';
  /** Its content lies in the scratch folder, or in the file that was read. */
  readonly tree: Rootfs;
  /** Empty for a root filesystem. */
  readonly config: RuntimeConfig;
  readonly platform: string | undefined;
}

/**
 * Reads what lies at a path: an OCI layout, or a tar file, compressed or not, of one, of `docker save`, or of a root
 * filesystem. Told apart by what is in it. Nothing of it is trusted, and nothing is unpacked but layers to plain tar files.
 * Throws `ROOTFS_INVALID` for anything else, `ROOTFS_ESCAPE` as `checkArchive` does.
 */
export async function readSource(path: string, wanted: Wanted, scratch: Scratch): Promise<Source> {
  const stats = await stat(path);
  if (stats.isDirectory()) return readFolder(path, wanted, scratch);
  if (!stats.isFile()) throw unreadable('it is neither a file nor a folder');
  const plainFile = join(scratch.tempDir, 'plain.tar');
  const tar = await plainArchive({ hostFile: path, plainFile, ...scratch });
  const bundle = await openTar(tar, scratch.tempDir).catch(() => undefined);
  if (bundle && (await isLayout(bundle)))
    return assemble('OCI archive', bundle, await findOciImage(bundle, wanted), scratch);
  if (bundle && (await isDockerArchive(bundle))) {
    const image = await findDockerImage(bundle);
    if (wanted.strict && !isPlatform(wanted.platform, image.platform ?? ''))
      throw unreadable(`it is for ${image.platform ?? 'no platform it tells'}, not for ${wanted.platform}`);
    return assemble('docker-archive', bundle, image, scratch);
  }
  const tree = await readForeignArchive({ hostFile: tar, plainFile, ...scratch });
  if (!tree) throw unreadable('it is neither an image nor a tar archive');
  return { kind: 'root filesystem', tree: withFolders(tree), config: {}, platform: undefined };
}

async function readFolder(path: string, wanted: Wanted, scratch: Scratch): Promise<Source> {
  const bundle = openFolder(path);
  if (await isLayout(bundle))
    return assemble('OCI layout', bundle, await findOciImage(bundle, wanted), scratch);
  throw unreadable(
    'it is a folder without oci-layout and index.json',
    `of a root filesystem, make a tar file: tar -C ${path} -cf rootfs.tar .`,
  );
}

const isLayout = async (bundle: Bundle): Promise<boolean> =>
  (await bundle.has('oci-layout')) && (await bundle.has('index.json'));

async function assemble(
  kind: Source['kind'],
  bundle: Bundle,
  { layers, config, platform }: FoundImage,
  scratch: Scratch,
): Promise<Source> {
  return { kind, tree: await unpackLayers(bundle, layers, scratch), config, platform };
}
