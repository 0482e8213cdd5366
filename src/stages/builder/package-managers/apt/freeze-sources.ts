import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { Sha256 } from '../../../../model/digest.ts';
import type { Settings } from '../../../../model/project.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { renderSourcesList } from './apt-config.ts';
import { indexDir, setCurrentIndex, toFrozenIndex, type CurrentIndexOptions } from './current-index.ts';
import { fetchSource, type FetchedSource } from './fetch-source.ts';
import { recordVersion, type FrozenIndex, type FrozenSource, type IndexRecord } from './frozen-index.ts';
import { settleAll } from '../../../../model/settle-all.ts';
import type { AptSourceSpec } from './sources.ts';

export interface FreezeSourcesOptions extends CurrentIndexOptions {
  /** The index in use, if there is one. */
  readonly current: FrozenIndex | undefined;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly clock: Clock;
  /** An empty folder on the data dir's file system. */
  readonly tempDir: string;
  readonly settings: Pick<Settings, 'apt'>;
  readonly warn: (text: string) => void;
}

/**
 * Freezes the state the mirrors of these sources have now and makes it the index in use. A state that brings no other
 * packages, or is older, does not replace the one in use. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`,
 * `DOWNLOAD_FAILED`, `CONFIG_INVALID`, `HOST_MISSING_TOOL`.
 */
export async function freezeSources(options: FreezeSourcesOptions): Promise<FrozenIndex> {
  const record = await fetchIndex(options);
  if (options.current && !isNews(options.current, record, options.warn)) return options.current;
  await keepIndex(record, options);
  await setCurrentIndex(record.digest, options.tempDir, options);
  return toFrozenIndex(record, options);
}

/** Release files are signed anew without a change of packages; that alone is no reason to build again. */
function isNews(current: FrozenIndex, fetched: IndexRecord, warn: (text: string) => void): boolean {
  const sums = (index: IndexRecord): string => JSON.stringify(index.sources.map((source) => source.packages));
  if (sums(current) === sums(fetched)) return false;
  if (fetched.epoch >= current.epoch) return true;
  warn(
    `the mirror's state of ${toDate(fetched.epoch)} is older than the one in use, of ${toDate(current.epoch)}`,
  );
  return false;
}

async function fetchIndex(options: FreezeSourcesOptions): Promise<IndexRecord> {
  const fetched = await settleAll(
    options.sources.map((source, position) => fetchOne(source, position, options)),
  );
  const sources = options.sources.map(({ kind, suite, components }, position): FrozenSource => ({
    kind,
    suite,
    components,
    packages: fetched[position]?.packages ?? [],
  }));
  const epoch = Math.max(0, ...fetched.map((source) => source?.release.date ?? 0));
  const { suite, architecture } = options;
  const digest = digestIndex(architecture, epoch, sources);
  return { version: recordVersion, digest, suite, architecture, epoch, sources };
}

async function fetchOne(
  source: AptSourceSpec,
  position: number,
  options: FreezeSourcesOptions,
): Promise<FetchedSource | undefined> {
  const tempDir = join(options.tempDir, `source-${position}`);
  await mkdir(tempDir, { recursive: true });
  const fetched = await fetchSource(source, position, { ...options, tempDir, indexDir: newDir(options) });
  const validUntil = fetched?.release.validUntil;
  if (validUntil !== undefined && validUntil * 1000 < options.clock.now()) {
    const reason = `it expired on ${toDate(validUntil)}`;
    if (options.settings.apt.checkValidUntil) throw expired(source, reason);
    options.warn(`the release file of ${source.suite} is used although ${reason}`);
  }
  if (fetched) return fetched;
  if (source.kind !== 'updates') throw noSuite(source);
  options.warn(`the mirror has no ${source.suite}`);
  return undefined;
}

/** The state of the packages and its date; no address, so that every mirror gives the same. */
function digestIndex(architecture: string, epoch: number, sources: readonly FrozenSource[]): Sha256 {
  const state = sources.map((source) => [
    source.suite,
    source.components,
    source.packages.map((each) => [each.listName, each.sha256]),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([recordVersion, architecture, epoch, state]))
    .digest('hex');
}

/** Completes the folder and gives it its name; one that is already there is the same. */
async function keepIndex(record: IndexRecord, options: FreezeSourcesOptions): Promise<void> {
  const dir = newDir(options);
  await mkdir(join(dir, 'apt/lists/partial'), { recursive: true });
  await mkdir(join(dir, 'apt/lists/auxfiles'));
  await writeFile(join(dir, 'apt/sources.list'), renderSourcesList(record.sources));
  await writeFile(join(dir, 'index.json'), `${JSON.stringify(record, null, 1)}\n`);
  const target = indexDir(options.dataDir, record.digest);
  await mkdir(join(options.dataDir, 'indexes'), { recursive: true });
  await rename(dir, target).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  });
}

const newDir = (options: FreezeSourcesOptions): string => join(options.tempDir, 'index');

const toDate = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

/** A mirror that is kept from news, by whomever, shows by nothing else: https://wiki.debian.org/DebianRepository/Format */
const expired = (source: AptSourceSpec, reason: string): KublerError =>
  new KublerError('SIGNATURE_INVALID', `cannot trust the release file of "${source.suite}": ${reason}`, {
    hint: 'use another mirror, check the clock, or, for an archived release, set apt.check_valid_until: false',
  });

const noSuite = (source: AptSourceSpec): KublerError =>
  new KublerError('DOWNLOAD_FAILED', `cannot find "${source.suite}": the mirror does not have it`, {
    hint: `check the suite's name, and ${source.kind === 'security' ? 'apt.security_mirror' : 'the mirror'}`,
  });
