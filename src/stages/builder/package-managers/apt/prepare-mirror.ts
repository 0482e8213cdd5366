import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { PackageFile } from '../../../../model/package.ts';
import type { Fetched } from '../../../../model/progress.ts';
import type { PrepareBaseOptions } from '../package-manager.ts';
import { listName, sourceUri } from './apt-config.ts';
import { linkOrCopy } from '../link-or-copy.ts';
import { listBootstrapPackages } from './bootstrap-packages.ts';
import type { Paragraph } from '../../../../model/deb822.ts';
import { fetchPackages } from './fetch-packages.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { readKeyFile } from '../key-file.ts';
import { closeMinbase } from './minbase-closure.ts';
import { readPackages } from './package-lists.ts';

export interface PrepareMirrorOptions extends Omit<PrepareBaseOptions, 'engine' | 'definition'> {
  readonly index: FrozenIndex;
  readonly kind: 'debootstrap' | 'mmdebstrap';
  /** The base may be made by debootstrap in a container; see `BootstrapSpec`. */
  readonly forContainer: boolean;
}

export interface BootstrapMirror {
  /** Folder with `dists/` and `pool/`, signed as the archive signed it. */
  readonly mirrorDir: string;
  /** Keys of the archive in binary form. */
  readonly keyring: string;
}

/**
 * Lays out an archive mirror with just the packages of a minimal base, so that debootstrap or mmdebstrap works
 * offline and checks the archive's signature itself. Throws what `fetchPackages` and `listBootstrapPackages` throw.
 */
export async function prepareMirror(options: PrepareMirrorOptions): Promise<BootstrapMirror> {
  const { index, tempDir } = options;
  const keyring = join(tempDir, 'archive.gpg');
  await writeFile(keyring, await readKeyFile(index.keyFile));
  const names = await listPackages(options, keyring);
  const found = await findPackages(index, new Set(names));
  const files = found.map((each) => each.file);
  const { progress, task } = options;
  const onProgress = (done: Fetched): void => progress({ kind: 'fetched', task, ...done });
  const hostPaths = await fetchPackages(files, { ...options, onProgress });
  const mirrorDir = join(tempDir, 'mirror');
  await mkdir(mirrorDir, { recursive: true });
  if (options.forContainer) await layOutLists(index, mirrorDir);
  else await symlink(join(index.dir, 'dists'), join(mirrorDir, 'dists'));
  for (const { file, path } of found) {
    const target = join(mirrorDir, path);
    await mkdir(dirname(target), { recursive: true });
    await linkOrCopy(hostPaths.get(file.fileName) ?? '', target);
  }
  return { mirrorDir, keyring };
}

async function listPackages(options: PrepareMirrorOptions, keyring: string): Promise<readonly string[]> {
  const { kind, forContainer, index, runner } = options;
  if (kind === 'mmdebstrap' || !forContainer) return listBootstrapPackages({ ...options, keyring });
  const canAsk = (await runner.which('debootstrap')) !== undefined;
  const names = canAsk ? await listBootstrapPackages({ ...options, keyring }) : await closeMinbase(index);
  return [...names, 'debootstrap'];
}

/** The archive's files, and its lists unpacked: containers have none of the data dir, and may have no xz. */
async function layOutLists(index: FrozenIndex, mirrorDir: string): Promise<void> {
  await cp(join(index.dir, 'dists'), join(mirrorDir, 'dists'), { recursive: true });
  for (const component of index.sources[0]?.components ?? []) {
    const path = `${component}/binary-${index.architecture}/Packages`;
    const list = join(index.aptDir, 'lists', listName(0, index.suite, path));
    await linkOrCopy(list, join(mirrorDir, 'dists', index.suite, path));
  }
}

interface FoundPackage {
  readonly file: PackageFile;
  /** Relative to the mirror. */
  readonly path: string;
}

/** The archive's entries of these packages. A name that is not there is left to the tool to complain about. */
async function findPackages(index: FrozenIndex, names: ReadonlySet<string>): Promise<FoundPackage[]> {
  const found: FoundPackage[] = [];
  for await (const paragraph of readPackages(index, (source) => source.kind === 'archive')) {
    if (names.has(paragraph.get('package') ?? '')) found.push(toPackage(paragraph));
  }
  return found;
}

function toPackage(paragraph: Paragraph): FoundPackage {
  const field = (name: string): string => paragraph.get(name) ?? '';
  const path = field('filename').replace(/^\.\//, '');
  if (!/^[\w.+~%:-]+(\/[\w.+~%:-]+)*$/.test(path) || path.split('/').includes('..')) {
    throw new KublerError(
      'ROOTFS_ESCAPE',
      `cannot use package "${field('package')}": its file name is "${path}"`,
    );
  }
  const file: PackageFile = {
    name: field('package'),
    version: field('version'),
    architecture: field('architecture'),
    sizeBytes: Number(field('size')),
    sha256: field('sha256'),
    url: `${sourceUri(0)}/${path.split('/').map(encodeURIComponent).join('/')}`,
    fileName: basename(path),
  };
  return { file, path };
}
