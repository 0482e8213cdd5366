import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import { recordVersion, type FrozenIndex, type IndexRecord } from './frozen-index.ts';
import type { ApkRepository } from './repositories.ts';

export interface CurrentIndexOptions {
  readonly dataDir: string;
  /** Tells apart who uses other sources. */
  readonly sources: string;
}

/** Opens the index that is in use for these sources; undefined when none was frozen yet. */
export async function openCurrentIndex(options: CurrentIndexOptions): Promise<FrozenIndex | undefined> {
  try {
    const digest = (await readFile(pointerFile(options), 'utf8')).trim();
    const dir = indexDir(options.dataDir, digest);
    const record = await readRecord(dir);
    const text = await readFile(sourcesFile(dir, options), 'utf8');
    return record && { ...record, dir, sources: JSON.parse(text) as readonly ApkRepository[] };
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What is known of an index; undefined for one of another package manager or version. Rejects when it is gone. */
export async function readRecord(dir: string): Promise<IndexRecord | undefined> {
  const record = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8')) as Partial<IndexRecord>;
  const isOurs = record.packageManager === 'apk' && record.version === recordVersion;
  return isOurs ? (record as IndexRecord) : undefined;
}

/**
 * Makes an index the one in use for these sources, whose packages are fetched from these repositories.
 * @param tempDir on the data dir's file system
 */
export async function setCurrentIndex(
  { digest, repositories }: { readonly digest: Sha256; readonly repositories: readonly ApkRepository[] },
  tempDir: string,
  options: CurrentIndexOptions,
): Promise<void> {
  const file = sourcesFile(indexDir(options.dataDir, digest), options);
  await mkdir(join(file, '..'), { recursive: true });
  await mkdir(join(options.dataDir, 'indexes/current'), { recursive: true });
  // Addresses may have passwords.
  await replace(file, JSON.stringify(repositories), tempDir, 0o600);
  await replace(pointerFile(options), `${digest}\n`, tempDir, 0o644);
}

async function replace(file: string, text: string, tempDir: string, mode: number): Promise<void> {
  const tempFile = join(tempDir, 'replaced');
  await writeFile(tempFile, text, { mode });
  await rename(tempFile, file);
}

/** `<data>/indexes/<digest>`. */
export const indexDir = (dataDir: string, digest: Sha256): string => join(dataDir, 'indexes', digest);

const nameOf = ({ sources }: CurrentIndexOptions): string =>
  createHash('sha256').update(`apk ${sources}`).digest('hex').slice(0, 32);

const pointerFile = (options: CurrentIndexOptions): string =>
  join(options.dataDir, 'indexes/current', nameOf(options));

/** Not part of the index: where its packages are fetched from now. */
const sourcesFile = (dir: string, options: CurrentIndexOptions): string =>
  join(dir, 'sources', `${nameOf(options)}.json`);
