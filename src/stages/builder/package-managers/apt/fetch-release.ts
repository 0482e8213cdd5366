import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { parseReleaseFile, type ReleaseFile } from './release-file.ts';
import type { AptSourceSpec } from './sources.ts';
import { verifyRelease } from '../verify-signature.ts';

/** What apt calls them: one file with its signature inside, or the older pair. */
export type ReleaseNames = readonly ['InRelease'] | readonly ['Release', 'Release.gpg'];

export interface FetchReleaseOptions {
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  /** Where the files are put. */
  readonly tempDir: string;
}

export interface FetchedRelease {
  readonly release: ReleaseFile;
  readonly names: ReleaseNames;
}

const maxReleaseBytes = 32 * 1024 * 1024;

/**
 * Fetches and verifies a source's release file; undefined when the mirror does not have the suite. Throws
 * `SIGNATURE_INVALID`, also for the release file of another suite, `DOWNLOAD_FAILED`, `CONFIG_INVALID`.
 */
export async function fetchRelease(
  source: AptSourceSpec,
  options: FetchReleaseOptions,
): Promise<FetchedRelease | undefined> {
  const names = await download(source, options);
  return names && { names, release: await readRelease(source, names, options) };
}

async function download(
  source: AptSourceSpec,
  options: FetchReleaseOptions,
): Promise<ReleaseNames | undefined> {
  const get = (name: string): Promise<boolean> =>
    options.downloader.download({
      url: `${source.uri}/dists/${source.suite}/${name}`,
      hostFile: join(options.tempDir, name),
      maxBytes: maxReleaseBytes,
    });
  if (await get('InRelease')) return ['InRelease'];
  return (await get('Release')) && (await get('Release.gpg')) ? ['Release', 'Release.gpg'] : undefined;
}

async function readRelease(
  source: AptSourceSpec,
  [name, signature]: ReleaseNames,
  options: FetchReleaseOptions,
): Promise<ReleaseFile> {
  const label = `${name} of "${source.suite}"`;
  const text = await verifyRelease({
    runner: options.runner,
    keyFile: source.keyFile,
    file: join(options.tempDir, name),
    ...(signature === undefined ? {} : { signatureFile: join(options.tempDir, signature) }),
    label,
    tempDir: options.tempDir,
  });
  const release = parseReleaseFile(text);
  if (!release)
    throw new KublerError('SIGNATURE_INVALID', `cannot trust ${label}: it has no date or no SHA-256 sums`);
  if (release.suite !== source.suite && release.codename !== source.suite) {
    const actual = release.codename ?? release.suite ?? 'no suite';
    throw new KublerError('SIGNATURE_INVALID', `cannot trust ${label}: it describes "${actual}"`);
  }
  return release;
}
