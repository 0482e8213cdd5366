import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KublerError } from '../../errors.ts';
import { positionOf } from '../../model/position-of.ts';
import type { BuilderBase, BuilderDefinition } from '../../model/project.ts';
import type { Downloader } from '../../ports/downloader.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { checkArchive, unpackArchive } from '../rootfs/index.ts';
import { hashFile } from './package-managers/apt/decompress.ts';

export interface FetchTarballSpec {
  /** Whose base it is. */
  readonly definition: Pick<BuilderDefinition, 'name' | 'dir' | 'positions'>;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly dataDir: string;
  /** Scratch space of this process. */
  readonly tempDir: string;
}

/** Limit of a base tarball, compressed. */
const maxTarballBytes = 4 * 1024 ** 3;

/**
 * Fetches or copies the tarball of a base unless it is there, checks its checksum and then every member before anything is
 * unpacked. Returns the path of a tar that `readArchive` reads.
 */
export async function fetchTarball(
  spec: FetchTarballSpec,
  { location, sha256 }: Extract<BuilderBase, { kind: 'tarball' }>,
): Promise<string> {
  const hostFile = join(spec.dataDir, 'downloads', sha256);
  const url = location.startsWith('/') ? pathToFileURL(location).href : location;
  const isThere = (await hashFile(hostFile).catch(() => undefined)) === sha256;
  try {
    if (!isThere && !(await spec.downloader.download({ url, hostFile, sha256, maxBytes: maxTarballBytes }))) {
      const code = url.startsWith('file:') ? 'CONFIG_INVALID' : 'DOWNLOAD_FAILED';
      throw new KublerError(code, `cannot fetch "${location}": there is no such file`);
    }
    const plain = await unpackArchive(spec, hostFile);
    await checkArchive(readArchive(plain));
    return plain;
  } catch (error) {
    throw error instanceof KublerError ? aboutBase(error, spec.definition) : error;
  }
}

/** The same error with the builder whose base it is about, and where that is named. */
export function aboutBase(error: KublerError, definition: FetchTarballSpec['definition']): KublerError {
  const variable = error.code === 'CHECKSUM_MISMATCH' ? 'BUILDER_BASE_SHA256' : 'BUILDER_BASE';
  const { code, message, hint, details, cause } = error;
  return new KublerError(code, `cannot make the base of builder "${definition.name}": ${message}`, {
    ...positionOf(definition, variable),
    ...(hint !== undefined && { hint }),
    details,
    cause,
  });
}
