import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../errors.ts';
import type { Downloader } from '../../ports/downloader.ts';
import { fromFile, type CopySource } from './copy-source.ts';
import type { Download } from './image-plan.ts';

/** Limit of one file. */
const maxBytes = 4 * 1024 ** 3;

/** A file that ADD fetches; it stays in `<data>/downloads`. 0600, as Docker has it. Throws as `Downloader` does. */
export async function fetchDownload(
  { url, name, sha256 }: Download,
  options: { readonly downloader: Downloader; readonly dataDir: string; readonly epoch: number },
): Promise<CopySource> {
  const hostFile = join(options.dataDir, 'downloads', sha256);
  const isThere = await access(hostFile).then(
    () => true,
    () => false,
  );
  if (!isThere && !(await options.downloader.download({ url, hostFile, sha256, maxBytes }))) {
    throw new KublerError('DOWNLOAD_FAILED', `cannot fetch "${url}": there is no such file`);
  }
  const entry = await fromFile(hostFile, { path: '', mode: 0o600, mtime: options.epoch });
  if (entry.sha256 === sha256) return { name, entries: [entry] };
  throw new KublerError('CHECKSUM_MISMATCH', `cannot use "${hostFile}": its bytes have changed`, {
    hint: 'remove it, and it is fetched again',
  });
}
