import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultTarLimits, readTarStream } from '../../../../oci/tar-read.ts';
import { readArchive } from '../../../../oci/read-archive.ts';
import { saveStream } from '../../../rootfs/index.ts';

/**
 * Copies the files of a folder in the tar of a base to a folder of this host, for a repository that the base brings along.
 * @param url of the folder, as the base sees it: `file:///repo/x86_64`
 * @returns how many there were; links are left out
 */
export async function copyFromBase(tarFile: string, url: string, hostDir: string): Promise<number> {
  const folder = fileURLToPath(url).replace(/^\/+/, '');
  let count = 0;
  for await (const member of readTarStream(readArchive(tarFile), defaultTarLimits)) {
    const path = member.path.replace(/^(?:\.?\/)+/, '');
    if (member.type !== 'file' || path !== `${folder}/${basename(path)}`) continue;
    if (count === 0) await mkdir(hostDir, { recursive: true });
    await saveStream(member.content(), join(hostDir, basename(path)));
    count += 1;
  }
  return count;
}
