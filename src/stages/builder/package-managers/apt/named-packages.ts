import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import type { IndexRecord } from './frozen-index.ts';
import { indexDir } from './current-index.ts';

/** SHA-256 of every package file that an index in use names. An index that cannot be read names none. */
export async function namedPackages(dataDir: string): Promise<ReadonlySet<Sha256>> {
  const named = new Set<Sha256>();
  const pointers = join(dataDir, 'indexes/current');
  for (const name of await readdir(pointers).catch(() => [])) {
    const dir = indexDir(dataDir, (await readFile(join(pointers, name), 'utf8')).trim());
    const text = await readFile(join(dir, 'index.json'), 'utf8').catch(() => '{"sources":[]}');
    // Those of other package managers have none.
    for (const { packages } of (JSON.parse(text) as Partial<Pick<IndexRecord, 'sources'>>).sources ?? []) {
      for (const { listName } of packages) {
        await collectSums(join(dir, 'apt/lists', listName), named).catch(() => undefined);
      }
    }
  }
  return named;
}

/** Faster than reading every field of tens of thousands of paragraphs. */
async function collectSums(file: string, sums: Set<Sha256>): Promise<void> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 1 << 20 })) {
    const text = rest + String(chunk);
    for (const [, sum = ''] of text.matchAll(/^SHA256: ([0-9a-f]{64})$/gm)) sums.add(sum);
    rest = text.slice(text.lastIndexOf('\n') + 1);
  }
}
