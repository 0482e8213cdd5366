import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import { recordVersion, type FrozenIndex, type IndexRecord } from './frozen-index.ts';
import type { AptSourceSpec } from './sources.ts';

export interface CurrentIndexOptions {
  readonly dataDir: string;
  readonly suite: string;
  readonly architecture: string;
  readonly sources: readonly AptSourceSpec[];
}

/** Opens the index that is in use for these sources; undefined when none was frozen yet. */
export async function openCurrentIndex(options: CurrentIndexOptions): Promise<FrozenIndex | undefined> {
  try {
    const digest = (await readFile(pointerFile(options), 'utf8')).trim();
    const dir = indexDir(options.dataDir, digest);
    const record = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8')) as IndexRecord;
    return record.version === recordVersion ? toFrozenIndex(record, options) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Makes an index the one in use for these sources. `tempDir`: on the data dir's file system. */
export async function setCurrentIndex(
  digest: Sha256,
  tempDir: string,
  options: CurrentIndexOptions,
): Promise<void> {
  const file = pointerFile(options);
  const tempFile = join(tempDir, basename(file));
  await mkdir(join(options.dataDir, 'indexes/current'), { recursive: true });
  await writeFile(tempFile, `${digest}\n`);
  await rename(tempFile, file);
}

/** `<data>/indexes/<digest>`. */
export const indexDir = (dataDir: string, digest: Sha256): string => join(dataDir, 'indexes', digest);

/** Joins what is on disk with where packages are fetched from now. */
export function toFrozenIndex(record: IndexRecord, options: CurrentIndexOptions): FrozenIndex {
  const dir = indexDir(options.dataDir, record.digest);
  return {
    ...record,
    dir,
    aptDir: join(dir, 'apt'),
    uris: options.sources.map((source) => source.uri),
    keyFile: options.sources[0]?.keyFile ?? '',
  };
}

/** Each set of sources, mirrors included, has its own current index: a change of mirror is a choice of state. */
function pointerFile({ dataDir, suite, architecture, sources }: CurrentIndexOptions): string {
  const set = JSON.stringify([
    suite,
    architecture,
    sources.map((each) => [each.uri, each.suite, each.components]),
  ]);
  return join(dataDir, 'indexes/current', createHash('sha256').update(set).digest('hex').slice(0, 32));
}
