import { link, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { IdMap } from './id-map.ts';
import { openTempDir } from './temp-dir.ts';

/**
 * Notes in a data dir whose ids the files in it have. Root with another user's data dir, or that user with another range
 * of ids, would take the owners of files for others and build other images: they are refused with `HOST_UNSUPPORTED`.
 */
export async function claimDataDir(dataDir: string, { text }: Pick<IdMap, 'text'>): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'id-map');
  const claimed = await readFile(file, 'utf8').catch(() => writeOnce(dataDir, file, text));
  if (claimed === text) return;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot use data dir "${dataDir}": it was made with other user ids`,
    {
      hint: 'run kubler as the user it is of, with its range in /etc/subuid and /etc/subgid as it was; or name another with --data-dir',
      details: [`made with ${toLine(claimed)}`, `used with ${toLine(text)}`],
    },
  );
}

/** Writes the file, whole even after SIGKILL, unless another process is first. Returns what is in it. */
async function writeOnce(dataDir: string, file: string, text: string): Promise<string> {
  await using temp = await openTempDir(dataDir);
  const draft = join(temp.path, 'id-map');
  await using handle = await open(draft, 'w');
  await handle.writeFile(text);
  await handle.sync();
  await link(draft, file).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return await readFile(file, 'utf8');
}

const toLine = (text: string): string => text.replaceAll('\n', ' and ');
