import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { KublerError } from '../../errors.ts';
import { readTarFile, type ArchiveMember } from '../../oci/tar-read.ts';

/** The first image of an archive of Docker or Podman. */
export interface DockerArchive {
  /** As it is: its digest is the image ID. */
  readonly config: Buffer;
  /** The tars of its layers, lowest first. */
  readonly layers: readonly (() => Readable)[];
}

interface Entry {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** Finds the parts of an image that `docker save` or `podman save` wrote. Throws `ROOTFS_INVALID` when it is none. */
export async function openDockerArchive(file: string): Promise<DockerArchive> {
  const members = new Map<string, ArchiveMember>();
  for await (const member of readTarFile(file)) members.set(member.path, member);
  const read = (path: string): Readable => {
    const { offset, size } = findFile(members, path);
    return size === 0 ? Readable.from([]) : createReadStream(file, { start: offset, end: offset + size - 1 });
  };
  const [entry] = JSON.parse(await text(read('manifest.json'))) as readonly Entry[];
  const { Config: config = '', Layers: layers = [] } = entry ?? {};
  return { config: await buffer(read(config)), layers: layers.map((path) => () => read(path)) };
}

function findFile(members: ReadonlyMap<string, ArchiveMember>, path: string) {
  const found = members.get(path);
  if (found?.type === 'file') return found;
  // Docker links to a layer it has written already.
  if (found?.type === 'symlink' || found?.type === 'hardlink') {
    const base = found.type === 'symlink' ? posix.dirname(path) : '';
    const target = members.get(posix.join(base, found.linkTarget));
    if (target?.type === 'file') return target;
  }
  throw new KublerError('ROOTFS_INVALID', `cannot read an image of an engine: its archive lacks "${path}"`);
}
