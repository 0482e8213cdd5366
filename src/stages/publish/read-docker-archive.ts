import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyLayer } from '../../model/apply-layer.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { ImageConfig, RuntimeConfig } from '../../oci/types.ts';
import { toMembers } from '../layer/index.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { checkArchive, readSpool } from '../rootfs/index.ts';
import { openDockerArchive } from './open-docker-archive.ts';
import { toLayerTree } from './to-layer-tree.ts';

/** An image of an archive as one tree. */
export interface ArchivedTree {
  /** The tar of its tree, as the layers make it together. */
  readonly tar: AsyncIterable<Buffer>;
  readonly config: RuntimeConfig;
}

/**
 * Reads the first image of an archive that `docker save` or `podman save` wrote. Its layers are unpacked to files in
 * `tmpDir`, which must outlive the result. Throws `ROOTFS_INVALID` when it is none, `ROOTFS_ESCAPE` as `checkArchive`.
 */
export async function readDockerArchive(file: string, tmpDir: string): Promise<ArchivedTree> {
  const archive = await openDockerArchive(file);
  let tree: Rootfs = new Map();
  for (const [index, layer] of archive.layers.entries()) {
    const spoolFile = join(tmpDir, `archived-${index}.tar`);
    await writeFile(spoolFile, layer());
    await checkArchive(readArchive(spoolFile));
    tree = applyLayer(tree, toLayerTree((await readSpool(spoolFile)).rootfs, index));
  }
  const { config = {} } = JSON.parse(archive.config.toString()) as Partial<ImageConfig>;
  return { tar: writeTar(toMembers(tree)), config: withoutEmpty(config) };
}

const keys = [
  ...['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels'],
  ...['StopSignal', 'Healthcheck', 'Shell', 'OnBuild'],
];

/** Engines write null, or nothing between brackets, for what is not set. */
function withoutEmpty(config: RuntimeConfig): RuntimeConfig {
  const isSet = (value: unknown): boolean =>
    typeof value === 'object'
      ? value !== null && Object.keys(value).length > 0
      : value !== '' && value !== undefined;
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => keys.includes(key) && isSet(value)),
  );
}
