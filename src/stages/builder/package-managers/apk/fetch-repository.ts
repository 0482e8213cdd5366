import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KublerError } from '../../../../errors.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import { startsAsAdb } from './adb-blocks.ts';
import { readAdbIndex } from './adb-index.ts';
import { copyFromBase } from './base-tarball.ts';
import type { FrozenRepository } from './frozen-index.ts';
import { parseApkIndex } from './parse-index.ts';
import { withoutPassword, type ApkRepository } from './repositories.ts';
import type { ApkSources } from './sources.ts';
import { readSignedIndex, type ApkKeys } from './verify-index.ts';

export interface FetchRepositoryOptions {
  readonly sources: ApkSources;
  readonly downloader: Downloader;
  /** Tar of the base, where the repositories are those that it names. */
  readonly baseTar: string | undefined;
  /** Folder of the index being made: gets a folder by the repository's number. */
  readonly indexDir: string;
}

export interface FetchedRepository {
  readonly frozen: FrozenRepository;
  /** When the newest of its packages was built. */
  readonly epoch: number;
  /** It came out of the base, and its packages did, too. */
  readonly isInBase: boolean;
}

const maxCompressedBytes = 256 * 1024 ** 2;
export const indexName = 'APKINDEX.tar.gz';
/** Folder, in that of a repository, of one that was in the base. */
export const inBase = 'base';

/**
 * Fetches one repository's index into the index being made, and verifies it. Throws `SIGNATURE_INVALID`, `DOWNLOAD_FAILED`,
 * `CONFIG_INVALID`.
 */
export async function fetchRepository(
  repository: ApkRepository,
  number: number,
  options: FetchRepositoryOptions,
): Promise<FetchedRepository> {
  const { sources, baseTar, indexDir } = options;
  const dir = join(indexDir, String(number));
  await mkdir(dir, { recursive: true });
  const path = (repository.index ?? `\${arch}/${indexName}`).replaceAll('${arch}', sources.architecture);
  const folder = dirname(`${repository.url}/${path}`);
  const copied = join(dir, inBase, dirname(path));
  const isInBase =
    baseTar !== undefined && folder.startsWith('file:') && (await copyFromBase(baseTar, folder, copied)) > 0;
  const url = `${isInBase ? pathToFileURL(join(dir, inBase)).href : repository.url}/${path}`;
  const hostFile = join(dir, indexName);
  const isFound = await options.downloader.download({ url, hostFile, maxBytes: maxCompressedBytes });
  if (!isFound) throw notThere(`${repository.url}/${path}`);
  const label = `the index of ${withoutPassword(repository.url)}`;
  const { text, frozen } = await readIndex(hostFile, sources.keys, label);
  await writeFile(join(dir, 'APKINDEX'), text);
  const epoch = parseApkIndex(text).reduce((newest, { builtAt }) => Math.max(newest, builtAt), 0);
  return { frozen: { tag: repository.tag, ...frozen }, epoch, isInBase };
}

/** What the file itself is decides, as it does for apk. */
async function readIndex(
  hostFile: string,
  keys: ApkKeys,
  label: string,
): Promise<{ readonly text: string; readonly frozen: Omit<FrozenRepository, 'tag'> }> {
  const sha256 = (state: string | Buffer): string => createHash('sha256').update(state).digest('hex');
  await using file = await open(hostFile);
  if (!(await startsAsAdb(file))) {
    const text = await readSignedIndex(await readFile(hostFile), keys, label);
    return { text, frozen: { sha256: sha256(text) } };
  }
  const { text, database, layout } = await readAdbIndex(file, keys, label);
  if (layout?.includes('://') !== true)
    return { text, frozen: { sha256: sha256(database), format: 3, layout } };
  const message = `cannot use ${label}: its packages are at other addresses, by its pkgname-spec "${layout}"`;
  throw new KublerError('CONFIG_INVALID', message, {
    hint: 'Kubler reads repositories with packages of their own',
  });
}

function notThere(url: string): KublerError {
  const code = url.startsWith('file:') ? 'CONFIG_INVALID' : 'DOWNLOAD_FAILED';
  return new KublerError(code, `cannot fetch "${withoutPassword(url)}": there is no such file`, {
    hint:
      'check the address in apk.repositories of kubler.config.yaml, or in etc/apk/repositories of the base; ' +
      'where there is a Packages.adb instead, it has v3 before it',
  });
}
