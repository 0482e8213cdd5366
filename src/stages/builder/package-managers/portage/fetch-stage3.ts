import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { BuilderBase } from '../../../../model/project.ts';
import type { Downloader } from '../../../../ports/downloader.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { verifySignature } from '../verify-signature.ts';
import { checkDigests, parseDigests } from './digests.ts';
import { parseGentooDate, parseLatestStage3 } from './stage3-listing.ts';
import type { FrozenFile } from './record.ts';

export interface FetchOptions {
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly dataDir: string;
  /** Scratch space on the data dir's file system. */
  readonly tempDir: string;
  /** Base addresses; each is tried. */
  readonly mirrors: readonly string[];
  readonly keyring: string;
  /** As mirrors name it: `amd64`. */
  readonly architecture: string;
}

type Stage3 = Extract<BuilderBase, { kind: 'stage3' }>;

const maxTextBytes = 4 * 1024 * 1024;
const maxTarballBytes = 8 * 1024 ** 3;

/** What to do when keys are missing. */
export const keyHint =
  'portage.keyring names the file with the keys of Gentoo, which its package sec-keys/openpgp-keys-gentoo-release has';

/** Throws `CONFIG_INVALID` when no mirror is set and one is needed. */
export function requireMirror(mirrors: readonly string[], what: string): void {
  if (mirrors.length > 0) return;
  throw new KublerError('CONFIG_INVALID', `cannot fetch ${what}: no mirror of Gentoo is set`, {
    hint: 'set portage.mirror in kubler.config.yaml, or KUBLER_PORTAGE_MIRROR',
  });
}

/**
 * Fetches a stage3 tarball into `<data>/downloads`: of its date, or the newest. Its DIGESTS file, or the tarball itself, has to
 * be signed, and it must have the sums that are listed. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `CONFIG_INVALID`.
 */
export async function fetchStage3(stage3: Stage3, options: FetchOptions): Promise<FrozenFile> {
  if (stage3.url === undefined) requireMirror(options.mirrors, stage3.name);
  const tarball = stage3.suite === 'latest' ? await findLatest(stage3, options) : stage3.suite;
  const name = `${stage3.name}-${tarball}.tar.xz`;
  const folder = await findFolder(foldersOf(stage3, tarball, options), `${name}.DIGESTS`, options);
  const digests = await verifyDigests(folder, name, options);
  const hostFile = join(options.tempDir, name);
  await fetchFirst([folder], name, options, maxTarballBytes);
  const sha256 = await checkDigests(hostFile, name, digests);
  await moveToDownloads(hostFile, sha256, options);
  return { sha256, date: parseGentooDate(tarball) ?? 0 };
}

/** The folder of the newest builds; of a date, that of its own too: the former has no older ones. */
function foldersOf({ name, url }: Stage3, date: string, { mirrors, architecture }: FetchOptions): string[] {
  if (url !== undefined) return [url.replace(/\/+$/, '')];
  const builds = mirrors.map((mirror) => `${mirror}/releases/${architecture}/autobuilds`);
  return [
    ...builds.map((folder) => `${folder}/current-${name}`),
    ...builds.map((folder) => `${folder}/${date}`),
  ];
}

async function findLatest(stage3: Stage3, options: FetchOptions): Promise<string> {
  const list = `latest-${stage3.name}.txt`;
  const folders = foldersOf(stage3, '.', options);
  await fetchFirst([...folders, ...folders.map((folder) => folder.replace(/\/[^/]+$/, ''))], list, options);
  const latest = parseLatestStage3(await readFile(join(options.tempDir, list), 'utf8'), stage3.name);
  if (latest) return latest.date;
  throw new KublerError('DOWNLOAD_FAILED', `cannot find ${stage3.name}: "${list}" of the mirror names none`);
}

/** Fetches a file from the first folder that has it, and returns that folder. */
async function findFolder(folders: readonly string[], name: string, options: FetchOptions): Promise<string> {
  return fetchFirst(folders, name, options);
}

/** The sums that a signed DIGESTS file lists; of one that is not signed only where the tarball is. */
async function verifyDigests(folder: string, name: string, options: FetchOptions) {
  const file = join(options.tempDir, `${name}.DIGESTS`);
  const text = await readFile(file, 'utf8');
  if (text.includes('-----BEGIN PGP SIGNED MESSAGE-----')) {
    const label = `${name}.DIGESTS`;
    const signed = await verifySignature({ ...options, keyFile: options.keyring, keyHint, file, label });
    return parseDigests(signed.text, name);
  }
  const signature = `${name}.asc`;
  await fetchFirst([folder], signature, options);
  await fetchFirst([folder], name, options, maxTarballBytes);
  const [tarball, signatureFile] = [join(options.tempDir, name), join(options.tempDir, signature)];
  await verifySignature({
    ...options,
    keyFile: options.keyring,
    keyHint,
    file: tarball,
    signatureFile,
    label: name,
  });
  return parseDigests(text, name);
}

/** Fetches a file into the scratch folder from the first of these folders that has it; returns that folder. */
export async function fetchFirst(
  folders: readonly string[],
  name: string,
  { downloader, tempDir }: FetchOptions,
  maxBytes = maxTextBytes,
): Promise<string> {
  for (const folder of folders) {
    if (await downloader.download({ url: `${folder}/${name}`, hostFile: join(tempDir, name), maxBytes }))
      return folder;
  }
  throw new KublerError('DOWNLOAD_FAILED', `cannot download "${name}": no mirror has it`, {
    details: folders.map((folder) => `tried: ${folder}/${name}`),
    hint: 'mirrors keep tarballs for some weeks: STAGE3_DATE, PORTAGE_DATE or portage.date may name a newer one, or be latest',
  });
}

/** Gives a checked file its place. */
export async function moveToDownloads(
  hostFile: string,
  sha256: string,
  { dataDir }: FetchOptions,
): Promise<void> {
  await mkdir(join(dataDir, 'downloads'), { recursive: true });
  await rename(hostFile, join(dataDir, 'downloads', sha256));
}
