import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep, type BuildContext } from './build-step.ts';

/**
 * Keeps the package lists of an index beside them as the target root's apt parses them, so that it need not do so each
 * time it is called. apt itself checks that the file fits it and the lists, and parses them again when it does not.
 * @param tempDir on the file system of `aptDir`
 */
export async function parseLists(context: BuildContext, aptDir: string, tempDir: string): Promise<void> {
  const hostFile = join(tempDir, 'parsed-lists.bin');
  await runStep(context, {
    name: 'parse-lists',
    root: 'target',
    argv: ['sh', '/.kubler/apt/parse-lists.sh'],
    stdout: { hostFile },
  });
  await rename(hostFile, join(aptDir, 'parsed-lists.bin'));
}
