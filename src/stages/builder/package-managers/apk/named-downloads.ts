import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import { openIndex, pointersDir, type Pointer } from './current-index.ts';
import { readOffers } from './frozen-index.ts';
import { downloadName } from './package-file.ts';

/** Names in `<data>/downloads` of every package that an index in use has. An index that cannot be read names none. */
export async function namedDownloads(dataDir: string): Promise<ReadonlySet<Sha256>> {
  const named = new Set<Sha256>();
  const dir = pointersDir(dataDir);
  for (const name of await readdir(dir).catch(() => [])) {
    const index = await readFile(join(dir, name), 'utf8')
      .then((text) => openIndex(dataDir, JSON.parse(text) as Pointer))
      .catch(() => undefined);
    const offers = index ? await readOffers(index).catch(() => []) : [];
    for (const offer of offers) named.add(downloadName(offer));
  }
  return named;
}
