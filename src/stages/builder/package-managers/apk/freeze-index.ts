import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { settleAll } from '../../../../model/settle-all.ts';
import { readArchive } from '../../../../oci/read-archive.ts';
import { fetchTarball } from '../../fetch-tarball.ts';
import type { FindIndexOptions, FreezeIndexOptions, IndexUser } from '../package-manager.ts';
import { indexDir, openCurrentIndex, setCurrentIndex } from './current-index.ts';
import { fetchRepository, inBase, type FetchedRepository } from './fetch-repository.ts';
import { recordVersion, type FrozenIndex, type IndexRecord } from './frozen-index.ts';
import { readBaseSources } from './read-base.ts';
import type { ApkRepository } from './repositories.ts';
import { namedSources, resolveSources, toApkArchitecture, type ApkSources } from './sources.ts';

/** The same text for users of the same sources. */
export function sourcesOf(user: IndexUser): string {
  const { base } = user.root;
  const baseId = base?.kind === 'tarball' ? base.sha256 : (user.root.base?.kind ?? '');
  return JSON.stringify([toApkArchitecture(process.arch), baseId, namedSources(user)]);
}

/** The index `freezeIndex` would return without fetching anything; undefined when there is none. */
export const findIndex = (options: FindIndexOptions): Promise<FrozenIndex | undefined> =>
  openCurrentIndex({ dataDir: options.dataDir, sources: sourcesOf(options) });

/**
 * The package index that builds use: the frozen one, or, with `refresh` or when there is none, the state the repositories have
 * now, verified and frozen. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `CONFIG_INVALID`,
 * `HOST_UNSUPPORTED`.
 */
export async function freezeIndex(options: FreezeIndexOptions): Promise<FrozenIndex> {
  const current = await findIndex(options);
  if (current && !options.refresh) return current;
  const task = `package index of builder ${options.root.name}`;
  options.progress({ kind: 'stage', task, stage: 'fetch' });
  await using temp = await options.openTempDir();
  const index = await fetchIndex(options, current, { tempDir: temp.path, task });
  options.progress({ kind: 'done', task, summary: `of ${new Date(index.epoch * 1000).toISOString()}` });
  return index;
}

interface Work {
  /** An empty folder on the data dir's file system. */
  readonly tempDir: string;
  readonly task: string;
}

async function fetchIndex(
  options: FreezeIndexOptions,
  current: FrozenIndex | undefined,
  work: Work,
): Promise<FrozenIndex> {
  const { sources, baseTar } = await readSources(options, work);
  const newDir = join(work.tempDir, 'index');
  const fetching = { ...options, sources, indexDir: newDir, baseTar };
  const fetched = await settleAll(
    sources.repositories.map((each, at) => fetchRepository(each, at, fetching)),
  );
  const record = toRecord(sources, fetched);
  if (current && record.epoch < current.epoch) {
    const text = `the repositories' state of ${toDate(record.epoch)} is older than the one in use, of ${toDate(current.epoch)}`;
    options.progress({ kind: 'warning', task: work.task, text });
    return current;
  }
  if (record.digest !== current?.digest) await keepIndex(record, { ...options, sources, newDir });
  const repositories = sources.repositories.map((each, at) =>
    withPackages(each, at, options, record, fetched),
  );
  const { dataDir } = options;
  const pointer = { digest: record.digest, repositories };
  await setCurrentIndex(pointer, work.tempDir, { dataDir, sources: sourcesOf(options) });
  return { ...record, dir: indexDir(dataDir, record.digest), sources: repositories };
}

const toDate = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** The sources, and the tar of the base where it is the base that names the repositories. */
async function readSources(
  options: FreezeIndexOptions,
  { tempDir, task }: Work,
): Promise<{ readonly sources: ApkSources; readonly baseTar: string | undefined }> {
  const { base } = options.root;
  const named = namedSources(options);
  const isNamed = named.repositories.length > 0 && named.keys.length > 0;
  const baseTar =
    base?.kind === 'tarball' && !isNamed
      ? await fetchTarball({ ...options, tempDir, definition: options.root }, base)
      : undefined;
  const sources = await resolveSources({
    user: options,
    base: baseTar === undefined ? undefined : await readBaseSources(readArchive(baseTar)),
    architecture: toApkArchitecture(process.arch),
    warn: (text) => options.progress({ kind: 'warning', task, text }),
  });
  return { sources, baseTar: named.repositories.length > 0 ? undefined : baseTar };
}

/** The state of the packages; no address and no signature, so that every mirror gives the same. */
function toRecord({ architecture }: ApkSources, fetched: readonly FetchedRepository[]): IndexRecord {
  const repositories = fetched.map(({ frozen }) => frozen);
  const epoch = Math.max(0, ...fetched.map((each) => each.epoch));
  const state = JSON.stringify(['apk', recordVersion, architecture, epoch, repositories]);
  const digest = createHash('sha256').update(state).digest('hex');
  return {
    ...{ version: recordVersion, packageManager: 'apk', digest },
    ...{ apkArchitecture: architecture, epoch, repositories },
  };
}

interface Keeping {
  readonly dataDir: string;
  readonly sources: ApkSources;
  readonly newDir: string;
}

/** Completes the folder and gives it its name; one that is already there is the same. */
async function keepIndex(record: IndexRecord, { dataDir, sources, newDir }: Keeping): Promise<void> {
  await mkdir(join(newDir, 'keys'), { recursive: true });
  for (const [name, text] of sources.keys) await writeFile(join(newDir, 'keys', name), text);
  await writeFile(join(newDir, 'index.json'), `${JSON.stringify(record, null, 1)}\n`);
  await mkdir(join(dataDir, 'indexes'), { recursive: true });
  await rename(newDir, indexDir(dataDir, record.digest)).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  });
}

/** The packages of a repository that was in the base are beside its index. */
function withPackages(
  repository: ApkRepository,
  number: number,
  { dataDir }: FreezeIndexOptions,
  { digest }: IndexRecord,
  fetched: readonly FetchedRepository[],
): ApkRepository {
  if (fetched[number]?.isInBase !== true) return repository;
  return { ...repository, url: pathToFileURL(join(indexDir(dataDir, digest), String(number), inBase)).href };
}
