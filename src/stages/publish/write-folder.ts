import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TarMember } from '../../oci/tar-member.ts';
import { cannotExport, refusal, replaceOutput, statOutput } from './replace-output.ts';

/**
 * Writes the members as a folder. Throws `USAGE_INVALID` when something is there already; with `force` only an image
 * layout, or an empty folder, is replaced.
 */
export async function writeFolder(
  members: AsyncIterable<TarMember>,
  output: string,
  force: boolean,
): Promise<void> {
  const former = await statOutput(output);
  if (former && !force) throw cannotExport(output, refusal.reason, refusal.hint);
  if (former && !(former.isDirectory() && (await isReplaceable(output)))) {
    throw cannotExport(output, 'it is something else than an image layout');
  }
  await replaceOutput(output, async (newPath) => {
    await mkdir(newPath);
    for await (const member of members) {
      const path = join(newPath, member.path);
      if (member.type === 'directory') await mkdir(path);
      else await writeFile(path, member.content());
    }
  });
}

async function isReplaceable(folder: string): Promise<boolean> {
  const names = await readdir(folder);
  return names.length === 0 || names.includes('oci-layout');
}
