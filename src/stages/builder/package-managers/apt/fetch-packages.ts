import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { Fetched } from '../../../../model/progress.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import { toMirrorUrl } from './apt-config.ts';
import { hashFile } from './decompress.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { settleAll } from '../../../../model/settle-all.ts';

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
  const limit = pLimit(4);
  const stop = new AbortController();
  const done = { files: 0, bytes: 0 };
  const total = { ofFiles: files.length, ofBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  const tell = (): void => options.onProgress?.({ ...done, ...total });
  tell();
  const fetchOne = async (file: PackageFile): Promise<[string, string]> => {
    stop.signal.throwIfAborted();
    const hostPath = await fetchPackage(file, options);
    done.files += 1;
    done.bytes += file.sizeBytes;
    tell();
    return [file.fileName, hostPath];
  };
  // One failure is enough: those that wait fail with the same.
  const stopAll = (reason: unknown): never => {
    stop.abort(reason);
    throw reason;
  };
  return new Map(await settleAll(files.map((file) => limit(() => fetchOne(file).catch(stopAll)))));
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
