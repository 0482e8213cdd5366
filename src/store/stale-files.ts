import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskUsage } from '../oci/disk-usage.ts';

/** Files of the data dir of one kind that nothing needs. */
export interface StaleFiles {
  readonly what: 'package indexes' | 'downloads' | 'logs' | 'fetched sources' | 'binary packages';
  readonly paths: readonly string[];
  readonly bytes: number;
}

export interface StaleOptions {
  /** Current indexes, named downloads, logs, and what Portage fetched and built may go too. */
  readonly all: boolean;
  /** Since when another process works here, in ms since 1970; what was written from then on stays. */
  readonly inUseSince: number | undefined;
  /** SHA-256 of the downloads that may be needed again. */
  readonly downloads: ReadonlySet<string>;
}

/**
 * What may go from a data dir: package indexes that are no longer current, downloads that nothing names. While another
 * process works that may have begun with another index, no index goes and no download.
 */
export async function findStaleFiles(dataDir: string, options: StaleOptions): Promise<readonly StaleFiles[]> {
  const current = await currentIndexes(dataDir);
  const { all, inUseSince } = options;
  const isFrozen = inUseSince !== undefined && (all || current.changedAt >= inUseSince);
  const indexes = (await list(dataDir, 'indexes')).filter(
    (name) => all || (name !== 'current' && !current.digests.has(name)),
  );
  const downloads = (await list(dataDir, 'downloads')).filter(
    (name) => all || !options.downloads.has(name.slice(0, sha256Length)),
  );
  const older = (folder: string, names: readonly string[]) =>
    olderThan(join(dataDir, folder), names, inUseSince);
  const whole = async (what: StaleFiles['what'], folder: string): Promise<StaleFiles> =>
    toStale(what, await older(folder, await list(dataDir, folder)));
  return [
    await toStale('package indexes', isFrozen ? [] : await older('indexes', indexes)),
    await toStale('downloads', isFrozen ? [] : await older('downloads', downloads)),
    ...(all && inUseSince === undefined
      ? [
          await whole('logs', 'logs'),
          // Only who builds with Portage has them.
          ...[await whole('fetched sources', 'distfiles'), await whole('binary packages', 'packages')].filter(
            ({ paths }) => paths.length > 0,
          ),
        ]
      : []),
  ];
}

/** Removes files and folders with all that is in them. */
export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

/** Downloads are named by it; a part of one has more behind. */
const sha256Length = 64;

const list = (dataDir: string, folder: string): Promise<readonly string[]> =>
  readdir(join(dataDir, folder)).catch(() => []);

async function currentIndexes(
  dataDir: string,
): Promise<{ readonly digests: ReadonlySet<string>; readonly changedAt: number }> {
  const dir = join(dataDir, 'indexes', 'current');
  const names = await list(dataDir, 'indexes/current');
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  const times = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).mtimeMs));
  return { digests: new Set(texts.map((text) => text.trim())), changedAt: Math.max(0, ...times) };
}

/** Paths of those that were written before another process, if there is one, began. */
async function olderThan(
  dir: string,
  names: readonly string[],
  ms: number = Infinity,
): Promise<readonly string[]> {
  const paths = names.map((name) => join(dir, name));
  const stats = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  return paths.filter((_, at) => (stats[at]?.mtimeMs ?? Infinity) < ms);
}

async function toStale(what: StaleFiles['what'], paths: readonly string[]): Promise<StaleFiles> {
  const sizes = await Promise.all(paths.map(diskUsage));
  return { what, paths, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
