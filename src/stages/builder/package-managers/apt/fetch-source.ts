import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { listName } from './apt-config.ts';
import { decompress, hashFile } from './decompress.ts';
import type { FrozenPackages } from './frozen-index.ts';
import { fetchRelease } from './fetch-release.ts';
import type { ListedFile, ReleaseFile } from './release-file.ts';
import type { AptSourceSpec } from './sources.ts';

export interface FetchSourceOptions {
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly architecture: string;
  /** Folder of the index being made: gets `apt/lists/…`, and `dists/…` of the archive. */
  readonly indexDir: string;
  /** An empty folder on the same file system. */
  readonly tempDir: string;
}

export interface FetchedSource {
  readonly release: ReleaseFile;
  readonly packages: readonly FrozenPackages[];
}

/**
 * Fetches one source into an index: its release file, verified, and the package files it vouches for. Undefined
 * when the mirror does not have that suite. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`,
 * `CONFIG_INVALID`.
 */
export async function fetchSource(
  source: AptSourceSpec,
  position: number,
  options: FetchSourceOptions,
): Promise<FetchedSource | undefined> {
  const fetched = await fetchRelease(source, options);
  if (!fetched) return undefined;
  const { release, names } = fetched;
  const packages: FrozenPackages[] = [];
  for (const path of packagePaths(source, release, options.architecture)) {
    packages.push(await fetchPackagesFile(source, position, path, release, options));
  }
  for (const name of names) {
    await place(
      join(options.tempDir, name),
      join(options.indexDir, 'apt/lists', listName(position, source.suite, name)),
    );
    if (source.kind === 'archive') {
      await place(join(options.tempDir, name), join(options.indexDir, 'dists', source.suite, name));
    }
  }
  await rm(options.tempDir, { recursive: true });
  return { release, packages };
}

async function place(file: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(file, target);
}

/** `main/binary-amd64/Packages` for each component, and `binary-all` where that is kept apart. */
function packagePaths(source: AptSourceSpec, release: ReleaseFile, architecture: string): string[] {
  return source.components.flatMap((component) => {
    const own = `${component}/binary-${architecture}/Packages`;
    const all = `${component}/binary-all/Packages`;
    if (!isListed(release, own)) {
      throw new KublerError(
        'CONFIG_INVALID',
        `cannot use component "${component}" of "${source.suite}": it has no packages for ${architecture}`,
      );
    }
    return release.separateAll && isListed(release, all) ? [own, all] : [own];
  });
}

const compressions = ['.xz', '.gz', ''];

const isListed = (release: ReleaseFile, path: string): boolean =>
  compressions.some((suffix) => release.files.has(path + suffix));

async function fetchPackagesFile(
  source: AptSourceSpec,
  position: number,
  path: string,
  release: ReleaseFile,
  options: FetchSourceOptions,
): Promise<FrozenPackages> {
  const baseDir = source.kind === 'archive' ? join(options.indexDir, 'dists', source.suite) : options.tempDir;
  const compressed = await downloadListed(source, path, release, baseDir, options.downloader);
  const name = listName(position, source.suite, path);
  const target = join(options.indexDir, 'apt/lists', name);
  await mkdir(dirname(target), { recursive: true });
  await decompress(compressed, target, options.runner);
  const sha256 = await hashFile(target);
  const listed = release.files.get(path);
  if (listed && listed.sha256 !== sha256) {
    throw new KublerError(
      'CHECKSUM_MISMATCH',
      `cannot use "${path}" of "${source.suite}": its SHA-256 is ${sha256}`,
    );
  }
  return { listName: name, sha256 };
}

/** Fetches the best form of a file that the mirror has, by its sum where the mirror offers that. */
async function downloadListed(
  source: AptSourceSpec,
  path: string,
  release: ReleaseFile,
  baseDir: string,
  downloader: Downloader,
): Promise<string> {
  const base = `${source.uri}/dists/${source.suite}/`;
  for (const suffix of compressions) {
    const listed = release.files.get(path + suffix);
    if (!listed) continue;
    const hostFile = join(baseDir, path + suffix);
    for (const url of [...byHash(path, listed, release), path + suffix]) {
      const found = await downloader.download({ url: base + url, hostFile, ...expected(listed) });
      if (found) return hostFile;
    }
  }
  throw new KublerError(
    'DOWNLOAD_FAILED',
    `cannot download "${path}" of "${source.suite}": the mirror does not have it`,
  );
}

const byHash = (path: string, listed: ListedFile, release: ReleaseFile): string[] =>
  release.acquireByHash ? [`${dirname(path)}/by-hash/SHA256/${listed.sha256}`] : [];

/** A megabyte more than there should be, so that a longer file is told by its sum and an endless one by its size. */
const expected = (listed: ListedFile): { sha256: string; maxBytes: number } => ({
  sha256: listed.sha256,
  maxBytes: listed.sizeBytes + 1024 * 1024,
});
