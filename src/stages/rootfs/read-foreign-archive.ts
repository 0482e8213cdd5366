import { KublerError } from '../../errors.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { parseTarHeader } from '../../oci/tar-header.ts';
import { checkArchive } from './check-archive.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { plainArchive, readStart, type ForeignArchive } from './plain-archive.ts';
import { readSpool } from './read-spool.ts';

/**
 * The tree in a tar archive, plain or compressed with gzip, bzip2, xz or zstd, of which nothing is trusted: throws what
 * `checkArchive` does. Undefined when the file, unpacked, is no tar archive.
 */
export async function readForeignArchive(archive: ForeignArchive): Promise<Rootfs | undefined> {
  const tarFile = await plainArchive(archive);
  if (!(await beginsLikeTar(tarFile))) return undefined;
  await checkArchive(readArchive(tarFile), archive.limits);
  return (await readSpool(tarFile)).rootfs;
}

async function beginsLikeTar(file: string): Promise<boolean> {
  const block = await readStart(file, 512);
  if (block.length < 512 || block.every((byte) => byte === 0)) return false;
  try {
    parseTarHeader(block);
    return true;
  } catch (error) {
    if (error instanceof KublerError) return false;
    throw error;
  }
}
