import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import { indexDir, readRecord } from './current-index.ts';
import { readOffers } from './frozen-index.ts';
import { downloadName } from './package-file.ts';

/** Names in `<data>/downloads` of every package that an index in use has. An index that cannot be read names none. */
export async function namedDownloads(dataDir: string): Promise<ReadonlySet<Sha256>> {
  const named = new Set<Sha256>();
  const pointers = join(dataDir, 'indexes/current');
  for (const name of await readdir(pointers).catch(() => [])) {
    const dir = indexDir(dataDir, (await readFile(join(pointers, name), 'utf8')).trim());
    const record = await readRecord(dir).catch(() => undefined);
    const offers = record ? await readOffers({ ...record, dir }).catch(() => []) : [];
    for (const offer of offers) named.add(downloadName(offer));
  }
  return named;
}
