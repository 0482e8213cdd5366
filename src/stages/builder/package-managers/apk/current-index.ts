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

/** What is kept of the index in use for some sources. */
export interface Pointer {
  readonly digest: Sha256;
  /** Where its packages are fetched from. */
  readonly repositories: readonly ApkRepository[];
}

/** Folder of what says which index is in use. */
export const pointersDir = (dataDir: string): string => join(dataDir, 'indexes/current-apk');

/** Opens the index that is in use for these sources; undefined when none was frozen yet. */
export async function openCurrentIndex(options: CurrentIndexOptions): Promise<FrozenIndex | undefined> {
  try {
    const pointer = JSON.parse(await readFile(pointerFile(options), 'utf8')) as Pointer;
    return await openIndex(options.dataDir, pointer);
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Opens what a pointer of `pointersDir` names; undefined for an index of another version. Rejects when it is gone. */
export async function openIndex(dataDir: string, pointer: Pointer): Promise<FrozenIndex | undefined> {
  const dir = indexDir(dataDir, pointer.digest);
  const record = JSON.parse(await readFile(join(dir, 'index.json'), 'utf8')) as IndexRecord;
  return record.version === recordVersion ? { ...record, dir, sources: pointer.repositories } : undefined;
}

/** Makes an index the one in use for these sources. `tempDir`: on the data dir's file system. */
export async function setCurrentIndex(
  pointer: Pointer,
  tempDir: string,
  options: CurrentIndexOptions,
): Promise<void> {
  const tempFile = join(tempDir, 'pointer.json');
  await mkdir(pointersDir(options.dataDir), { recursive: true });
  // Addresses may have passwords.
  await writeFile(tempFile, JSON.stringify(pointer), { mode: 0o600 });
  await rename(tempFile, pointerFile(options));
}

/** `<data>/indexes/<digest>`. */
export const indexDir = (dataDir: string, digest: Sha256): string => join(dataDir, 'indexes', digest);

function pointerFile({ dataDir, sources }: CurrentIndexOptions): string {
  const name = createHash('sha256').update(sources).digest('hex').slice(0, 32);
  return join(pointersDir(dataDir), `${name}.json`);
}
