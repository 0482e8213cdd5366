import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { Fetched } from '../../../../model/progress.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import { fetchAll } from '../fetch-all.ts';
import { toMirrorUrl } from './apt-config.ts';
import { hashFile } from './decompress.ts';
import type { FrozenIndex } from './frozen-index.ts';

export interface FetchPackagesOptions {
  readonly downloader: Downloader;
  readonly dataDir: string;
  /** The index the packages were resolved against: knows the mirrors. */
  readonly index: Pick<FrozenIndex, 'uris'>;
  /** Told at the start and after each package. */
  readonly onProgress?: (done: Fetched) => void;
}

/** Files of `<data>/downloads` whose content this process has checked. */
const checked = new Set<string>();

/**
 * Has every package in `<data>/downloads/<sha256>`, four at a time, and returns file name → host path. What is there
 * already is checked once per process, and fetched again when it is damaged. Throws `PACKAGE_GONE` when the mirror
 * no longer has one, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`.
 */
export async function fetchPackages(
  files: readonly PackageFile[],
  options: FetchPackagesOptions,
): Promise<Map<string, string>> {
  await mkdir(join(options.dataDir, 'downloads'), { recursive: true });
  const fetchOne = async (file: PackageFile): Promise<[string, string]> => [
    file.fileName,
    await fetchPackage(file, options),
  ];
  return new Map(await fetchAll(files, fetchOne, options.onProgress));
}

async function fetchPackage(file: PackageFile, options: FetchPackagesOptions): Promise<string> {
  const hostFile = join(options.dataDir, 'downloads', file.sha256);
  if (!(await isIntact(hostFile, file))) {
    const found = await options.downloader.download({
      url: toMirrorUrl(file.url, options.index.uris),
      hostFile,
      sha256: file.sha256,
      // A longer file is told by its sum, an endless one by its size.
      maxBytes: file.sizeBytes + 1024 * 1024,
    });
    if (!found) throw gone(file);
    checked.add(hostFile);
  }
  return hostFile;
}

async function isIntact(hostFile: string, file: PackageFile): Promise<boolean> {
  const found = await stat(hostFile).catch(() => undefined);
  if (!found) return false;
  if (found.size === file.sizeBytes) {
    if (checked.has(hostFile)) return true;
    if ((await hashFile(hostFile)) === file.sha256) {
      checked.add(hostFile);
      return true;
    }
  }
  checked.delete(hostFile);
  await rm(hostFile, { force: true });
  return false;
}

const gone = (file: PackageFile): KublerError =>
  new KublerError(
    'PACKAGE_GONE',
    `cannot download package "${file.name}" ${file.version}: it has left the mirror`,
    {
      hint: '`kubler update` refreshes the package index',
    },
  );
