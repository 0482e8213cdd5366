import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import { parseApkIndex, type ApkPackage } from './parse-index.ts';
import type { ApkRepository } from './repositories.ts';

/** A repository as it was when the index was frozen. Where it is fetched from now is not part of the index. */
export interface FrozenRepository {
  readonly tag: string | undefined;
  /** SHA-256 of its index, unpacked. */
  readonly sha256: Sha256;
  /** Of its index: 3 is what apk 2 does not read. */
  readonly format?: 3;
  /** Where packages are in it, if its index says so. */
  readonly layout?: string | undefined;
}

/** Of the layout of a frozen index; one of another version is made anew. */
export const recordVersion: number = 1;

/** `index.json` of a frozen index. */
export interface IndexRecord {
  readonly version: number;
  readonly packageManager: 'apk';
  readonly digest: Sha256;
  /** As apk names it: `x86_64`. */
  readonly apkArchitecture: string;
  /** When the newest of its packages was built, seconds since 1970. */
  readonly epoch: number;
  readonly repositories: readonly FrozenRepository[];
}

/**
 * The state of a list of repositories at one time: verified, complete, never changed. Folder: `index.json`, `keys/`, and for
 * each repository, by its number, `NUMBER/APKINDEX.tar.gz` as it was fetched, of whichever format, and `NUMBER/APKINDEX`;
 * `sources/` is no part of it.
 */
export interface FrozenIndex extends IndexRecord {
  /** Absolute path of its folder. */
  readonly dir: string;
  /** Where packages are fetched from, by the repository's number. */
  readonly sources: readonly ApkRepository[];
}

/** A package, and the numbers of the repositories that have just it. */
export interface OfferedPackage extends ApkPackage {
  readonly repositories: readonly number[];
}

/** The packages of every repository: one of several has the same checksum in all of them. */
export async function readOffers(
  index: Pick<FrozenIndex, 'dir' | 'repositories'>,
): Promise<OfferedPackage[]> {
  const offers = new Map<string, OfferedPackage>();
  for (const number of index.repositories.keys()) {
    const text = await readFile(join(index.dir, String(number), 'APKINDEX'), 'utf8');
    for (const item of parseApkIndex(text)) {
      const known = offers.get(item.checksum);
      const repositories = [...(known?.repositories ?? []), number];
      offers.set(item.checksum, { ...(known ?? item), repositories });
    }
  }
  return [...offers.values()];
}
