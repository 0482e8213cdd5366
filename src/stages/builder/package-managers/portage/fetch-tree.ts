import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KublerError } from '../../../../errors.ts';
import type { Sha256 } from '../../../../model/digest.ts';
import { verifySignature } from '../verify-signature.ts';
import { fetchFirst, keyHint, moveToDownloads, requireMirror, type FetchOptions } from './fetch-stage3.ts';
import type { FrozenFile } from './record.ts';
import type { TreeSource } from './sources.ts';
import { parseGentooDate } from './stage3-listing.ts';

const maxTreeBytes = 1024 ** 3;

/**
 * Fetches Portage's tree into `<data>/downloads`, as a tarball; undefined when the base has it. Throws `SIGNATURE_INVALID`,
 * `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`, `CONFIG_INVALID`, `HOST_MISSING_TOOL`.
 */
export async function fetchTree(tree: TreeSource, options: FetchOptions): Promise<FrozenFile | undefined> {
  switch (tree.kind) {
    case 'base':
      return undefined;
    case 'snapshot':
      return fetchSnapshot(tree.date, options);
    case 'tarball':
      return fetchTarball(tree, options);
    case 'git':
      return fetchGit(tree, options);
  }
}

/** What mirrors call it; the second is the older name. */
async function fetchSnapshot(date: string, options: FetchOptions): Promise<FrozenFile> {
  requireMirror(options.mirrors, 'the tree');
  const folders = options.mirrors.map((mirror) => `${mirror}/snapshots`);
  const [newer, older] = [`gentoo-${date}.tar.xz`, `portage-${date}.tar.xz`] as const;
  const isNewer = await fetchFirst(folders, `${newer}.gpgsig`, options).catch((error: unknown) => {
    if (error instanceof KublerError && error.code === 'DOWNLOAD_FAILED') return undefined;
    throw error;
  });
  const name = isNewer === undefined ? older : newer;
  const folder = isNewer ?? (await fetchFirst(folders, `${older}.gpgsig`, options));
  await fetchFirst([folder], name, options, maxTreeBytes);
  const [file, signatureFile] = [join(options.tempDir, name), join(options.tempDir, `${name}.gpgsig`)];
  const signed = await verifySignature({
    ...{ ...options, keyFile: options.keyring, keyHint },
    ...{ file, signatureFile, label: name },
  });
  const sha256 = await hashFile(file);
  await moveToDownloads(file, sha256, options);
  // A day's snapshot has the state of its end, and is signed when that is over.
  return { sha256, date: parseGentooDate(date) ?? signed.date };
}

async function fetchTarball(
  { url, sha256, date }: Extract<TreeSource, { kind: 'tarball' }>,
  { downloader, dataDir }: FetchOptions,
): Promise<FrozenFile> {
  const hostFile = join(dataDir, 'downloads', sha256);
  if (await downloader.download({ url, hostFile, sha256, maxBytes: maxTreeBytes }))
    return { sha256, date: parseGentooDate(date) ?? 0 };
  throw new KublerError('CONFIG_INVALID', `cannot fetch the tree "${url}": there is no such file`);
}

const dayMs = 24 * 60 * 60;

/** The state of a repository at a commit, at the end of a day, or now, as git's own archive of it. */
async function fetchGit(
  { url, at }: Extract<TreeSource, { kind: 'git' }>,
  options: FetchOptions,
): Promise<FrozenFile> {
  const dir = join(options.tempDir, 'tree.git');
  const git = (...args: string[]): Promise<string> => runGit(options, url, ['--git-dir', dir, ...args]);
  await runGit(options, url, ['init', '--quiet', '--bare', dir]);
  const day = parseGentooDate(at);
  const isCommit = /^[0-9a-f]{40}$/.test(at);
  if (day !== undefined)
    await git('fetch', '--quiet', `--shallow-since=${day - 30 * dayMs}`, '--', url, 'HEAD');
  else await git('fetch', '--quiet', '--depth=1', '--', url, isCommit ? at : 'HEAD');
  const commit =
    day === undefined
      ? 'FETCH_HEAD'
      : (await git('rev-list', '-1', `--before=${day + dayMs - 1}`, 'FETCH_HEAD')).trim();
  if (commit === '') {
    throw new KublerError(
      'DOWNLOAD_FAILED',
      `cannot fetch the tree "${url}" of ${at}: there is no commit of that day`,
    );
  }
  const date = Number((await git('show', '--no-patch', '--format=%ct', commit)).trim());
  const file = join(options.tempDir, 'tree.tar');
  await git('archive', '--format=tar', `--output=${file}`, commit);
  const sha256 = await hashFile(file);
  await moveToDownloads(file, sha256, options);
  return { sha256, date };
}

async function runGit({ runner }: FetchOptions, url: string, args: readonly string[]): Promise<string> {
  const env = {
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const { exitCode, stdout, stderr } = await runner.run({ argv: ['git', ...args], env });
  if (exitCode === 0) return stdout;
  throw new KublerError('DOWNLOAD_FAILED', `cannot fetch the tree "${url}": git failed`, {
    details: stderr.trim().split('\n').slice(-10),
    hint: 'PORTAGE_TREE=git: takes https:, ssh: and file: addresses; PORTAGE_DATE a day or a commit of 40 digits',
  });
}

async function hashFile(file: string): Promise<Sha256> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
