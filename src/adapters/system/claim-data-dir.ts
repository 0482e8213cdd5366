import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { IdMap } from './id-map.ts';

/**
 * Notes in a data dir whose ids the files in it have. Root with another user's data dir, or that user with another range
 * of ids, would take the owners of files for others and build other images: they are refused with `HOST_UNSUPPORTED`.
 */
export async function claimDataDir(dataDir: string, { text }: Pick<IdMap, 'text'>): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'id-map');
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const claimed = await readFile(file, 'utf8');
  // Empty: another process is just about to write it.
  if (claimed === text || claimed === '') return;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot use data dir "${dataDir}": it was made with other user ids`,
    {
      hint: 'run kubler as the user it is of, with its range in /etc/subuid and /etc/subgid as it was; or name another with --data-dir',
      details: [`made with ${toLine(claimed)}`, `used with ${toLine(text)}`],
    },
  );
}

const toLine = (text: string): string => text.replaceAll('\n', ' and ');
