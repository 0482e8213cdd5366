import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { KublerError } from '../../errors.ts';
import { applyLayer } from '../../model/apply-layer.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { readTarFile, type ArchiveMember } from '../../oci/tar-read.ts';
import { writeTar } from '../../oci/tar-write.ts';
import type { ImageConfig, RuntimeConfig } from '../../oci/types.ts';
import { toMembers } from '../layer/index.ts';
import { checkArchive, readArchive, readSpool } from '../rootfs/index.ts';
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
  const members = new Map<string, ArchiveMember>();
  for await (const member of readTarFile(file)) members.set(member.path, member);
  const find = (path: string): ArchiveMember => {
    const found = members.get(path);
    if (found?.type === 'file') return found;
    // Docker links to a layer it has written already.
    if (found?.type === 'symlink' || found?.type === 'hardlink') {
      const base = found.type === 'symlink' ? posix.dirname(path) : '';
      const target = members.get(posix.join(base, found.linkTarget));
      if (target?.type === 'file') return target;
    }
    throw new KublerError('ROOTFS_INVALID', `cannot read an image of an engine: its archive lacks "${path}"`);
  };
  const read = (path: string): Readable => {
    const { offset, size } = find(path);
    return size === 0 ? Readable.from([]) : createReadStream(file, { start: offset, end: offset + size - 1 });
  };
  const readJson = async (path: string): Promise<unknown> => JSON.parse(await text(read(path)));
  const [entry] = (await readJson('manifest.json')) as readonly {
    readonly Config: string;
    readonly Layers: readonly string[];
  }[];
  const { config = {} } = (await readJson(entry?.Config ?? '')) as Partial<ImageConfig>;
  let tree: Rootfs = new Map();
  for (const [index, path] of (entry?.Layers ?? []).entries()) {
    const spoolFile = join(tmpDir, `archived-${index}.tar`);
    await writeFile(spoolFile, read(path));
    await checkArchive(readArchive(spoolFile));
    tree = applyLayer(tree, toLayerTree((await readSpool(spoolFile)).rootfs, index));
  }
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
