import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Sha256 } from '../../../../model/digest.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import type { PlannedPackage } from './pretend.ts';

/**
 * What emerge has fetched (`distfiles/`) and built (`packages/KEY/`) in former builds, shared by all of them. A file appears complete
 * under a name nobody had, and never changes: builds at work at the same time cannot disturb each other. Portage itself checks fetched
 * files by its Manifests, and takes a binary package only where USE flags and dependencies agree; what else a build depends on
 * is in the key.
 */
export interface BinaryCache {
  readonly dataDir: string;
  /** What one session's containers see, below its own folder. */
  readonly sessionDir: string;
}

/** Where binary packages are kept that were built under the same conditions. */
export const packagesKey = (conditions: string): Sha256 =>
  createHash('sha256').update(conditions).digest('hex');

const packagesDir = (dataDir: string, key: Sha256): string => join(dataDir, 'packages', key.slice(0, 32));
const distfilesDir = (dataDir: string): string => join(dataDir, 'distfiles');

/** Hands a session the binary packages of these versions. */
export async function providePackages(
  { dataDir, sessionDir }: BinaryCache,
  key: Sha256,
  planned: readonly Pick<PlannedPackage, 'name' | 'version'>[],
): Promise<void> {
  for (const { name, version } of planned) {
    const from = join(packagesDir(dataDir, key), name);
    const prefix = `${basename(name)}-${version}-`;
    const builds = (await listDir(from)).filter(
      (file) => file.startsWith(prefix) && /^\d+\.(?:gpkg\.tar|xpak)$/.test(file.slice(prefix.length)),
    );
    for (const file of builds) await place(join(from, file), join(sessionDir, 'packages', name, file));
  }
}

/** Hands a session the files of these names, as far as they were fetched before. */
export async function provideDistfiles(
  { dataDir, sessionDir }: BinaryCache,
  names: readonly string[],
): Promise<void> {
  const there = new Set(await listDir(distfilesDir(dataDir)));
  for (const name of names) {
    if (there.has(name)) await place(join(distfilesDir(dataDir), name), join(sessionDir, 'distfiles', name));
  }
}

/** A binary package below `/packages`, and a fetched file below `/distfiles`. */
const packagePath = /^\.\/([\w+.-]+\/[\w+-]+\/[\w+.-]+\.(?:gpkg\.tar|xpak))$/;
const distfilePath = /^\.\/([\w+~@%,=:.-]+)$/;

/** Takes what a session has built and fetched into the cache. `archive`: a tar of `./packages` or `./distfiles`. */
export async function keep(
  { dataDir, sessionDir }: BinaryCache,
  runner: ProcessRunner,
  archive: string,
  what: { readonly packages: Sha256 } | 'distfiles',
): Promise<void> {
  const pattern = what === 'distfiles' ? distfilePath : packagePath;
  const target = what === 'distfiles' ? distfilesDir(dataDir) : packagesDir(dataDir, what.packages);
  const { stdout } = await runner.run({ argv: ['tar', '--list', '--file', archive] });
  const members = stdout.split('\n').filter((name) => pattern.test(name) && !name.split('/').includes('..'));
  if (members.length === 0) return;
  const unpacked = join(sessionDir, 'unpacked');
  await mkdir(unpacked, { recursive: true });
  const options = ['--no-same-owner', '--no-same-permissions', '--no-recursion', '--verbatim-files-from'];
  await runner.run({
    argv: ['tar', '--extract', '--file', archive, '--directory', unpacked, ...options, '--files-from=-'],
    stdin: members.map((name) => `${name}\n`).join(''),
  });
  for (const name of members) {
    const file = join(unpacked, name);
    if ((await lstat(file)).isFile()) await place(file, join(target, name));
  }
  await rm(unpacked, { recursive: true });
}

/** Gives a file a name, complete or not at all; a name that is taken stays whose it is. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  try {
    await link(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EXDEV' && code !== 'EPERM') throw error;
    const part = `${to}.${process.pid}.part`;
    await copyFile(from, part, constants.COPYFILE_EXCL);
    await rename(part, to);
  }
}

const listDir = (dir: string): Promise<string[]> =>
  readdir(dir).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
