import { toOciArchitecture } from '../../../../model/architecture.ts';
import type { PackageIndex, PackageManager } from '../package-manager.ts';
import { compareApkVersions } from './apk-version.ts';
import { findIndex, freezeIndex, sourcesOf } from './freeze-index.ts';
import { readOffers, type FrozenIndex } from './frozen-index.ts';
import { openApkInstaller } from './installer.ts';
import { namedDownloads } from './named-downloads.ts';
import { whoHas } from './who-has.ts';

/**
 * Alpine's apk, of version 2 or 3, by a frozen index: nothing in a container fetches anything, and nothing it sees names a
 * mirror. It runs in the builder and fills the target root from nothing.
 */
export const apk: PackageManager = {
  name: 'apk',
  startsFrom: 'prepared',
  indexTools: [],
  sourcesOf,
  findIndex: async (options) => {
    const index = await findIndex(options);
    return index && toPackageIndex(index);
  },
  freezeIndex: async (options) => toPackageIndex(await freezeIndex(options)),
  namedDownloads,
};

const toPackageIndex = (index: FrozenIndex): PackageIndex => ({
  ...{ digest: index.digest, epoch: index.epoch, suite: 'apk' },
  architecture: toOciArchitecture(process.arch),
  versions: () => readVersions(index),
  whoHas: async (lack) => whoHas(lack, await readOffers(index)),
  prepareBase: () => Promise.resolve(undefined),
  openInstaller: (options) => openApkInstaller(index, options),
});

async function readVersions(index: FrozenIndex): Promise<ReadonlyMap<string, readonly string[]>> {
  const versions = new Map<string, string[]>();
  for (const { name, version } of await readOffers(index)) {
    const known = versions.get(name);
    if (!known) versions.set(name, [version]);
    else if (!known.includes(version)) known.push(version);
  }
  for (const known of versions.values()) known.sort((a, b) => compareApkVersions(b, a));
  return versions;
}
