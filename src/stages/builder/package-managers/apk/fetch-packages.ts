import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { Fetched } from '../../../../model/progress.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import { fetchAll } from '../fetch-all.ts';
import { checkPackage } from './check-package.ts';
import type { FrozenIndex, OfferedPackage } from './frozen-index.ts';
import { downloadName, packagePath } from './package-file.ts';
import { defaultLayout } from './repositories.ts';

export interface FetchPackagesOptions {
  readonly downloader: Downloader;
  readonly dataDir: string;
  /** On the data dir's file system. */
  readonly tempDir: string;
  readonly index: Pick<FrozenIndex, 'sources' | 'repositories'>;
  /** Told at the start and after each package. */
  readonly onProgress?: (done: Fetched) => void;
}

/** Files of `<data>/downloads` whose content this process has checked. */
const checked = new Set<string>();

/**
 * Has every package in `<data>/downloads`, checked, and returns their paths in the same order. Throws `PACKAGE_GONE` when the
 * repository no longer has one, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`.
 */
export async function fetchPackages(
  offers: readonly OfferedPackage[],
  options: FetchPackagesOptions,
): Promise<readonly string[]> {
  await mkdir(join(options.dataDir, 'downloads'), { recursive: true });
  return fetchAll(offers, (offer) => fetchPackage(offer, options), options.onProgress);
}

async function fetchPackage(offer: OfferedPackage, options: FetchPackagesOptions): Promise<string> {
  const name = downloadName(offer);
  const hostFile = join(options.dataDir, 'downloads', name);
  if (checked.has(hostFile) && (await stat(hostFile).catch(() => undefined))) return hostFile;
  if ((await findFault(hostFile, offer)) !== undefined) {
    const newFile = join(options.tempDir, `${name}.apk`);
    await download(offer, newFile, options);
    await rename(newFile, hostFile);
  }
  checked.add(hostFile);
  return hostFile;
}

async function download(
  offer: OfferedPackage,
  hostFile: string,
  { index, downloader }: FetchPackagesOptions,
): Promise<void> {
  const [number = -1] = offer.repositories;
  const source = index.sources[number];
  const layout = index.repositories[number]?.layout ?? defaultLayout(source);
  const url = `${source?.url ?? ''}/${encodeURI(packagePath(offer, layout))}`;
  // A longer file is told by its size, an endless one by this.
  const maxBytes = offer.sizeBytes + 1024 * 1024;
  if (!(await downloader.download({ url, hostFile, maxBytes }))) throw gone(offer);
  const fault = await findFault(hostFile, offer);
  if (fault === undefined) return;
  await rm(hostFile, { force: true });
  throw new KublerError(
    'CHECKSUM_MISMATCH',
    `cannot use package "${offer.name}" ${offer.version}: ${fault}`,
    {
      hint: 'the repository may just be changing: `kubler update` fetches its index again',
    },
  );
}

async function findFault(
  hostFile: string,
  { checksum, sizeBytes }: OfferedPackage,
): Promise<string | undefined> {
  const found = await stat(hostFile).catch(() => undefined);
  if (!found) return 'it is not there';
  if (found.size !== sizeBytes) return `it has ${found.size} bytes, not ${sizeBytes}`;
  return checkPackage(hostFile, checksum);
}

const gone = ({ name, version }: OfferedPackage): KublerError =>
  new KublerError(
    'PACKAGE_GONE',
    `cannot download package "${name}" ${version}: it has left the repository`,
    {
      hint: '`kubler update` refreshes the package index',
    },
  );
