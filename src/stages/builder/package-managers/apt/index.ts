import type { FindIndexOptions, PackageIndex, PackageManager } from '../package-manager.ts';
import { findIndex, freezeIndex, type FindIndexOptions as FindAptIndexOptions } from './freeze-index.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { openAptInstaller } from './installer.ts';
import { namedPackages } from './named-packages.ts';
import { readPackageVersions } from './package-lists.ts';
import { prepareMirror } from './prepare-mirror.ts';
import { whoHas } from './who-has.ts';

/** Debian's apt, by a frozen index: nothing in a container fetches anything, and nothing it sees names a mirror.
 * packages are installed in a container whose own root is the target root. */
export const apt: PackageManager = {
  name: 'apt',
  startsFrom: 'base',
  indexTools: [
    { tool: 'gpgv', need: 'checks signatures of package indexes', debianPackage: 'gpgv' },
    { tool: 'xz', need: 'unpacks package indexes', debianPackage: 'xz-utils' },
  ],
  sourcesOf: ({ root, settings }) => JSON.stringify([root.base?.suite, settings.apt]),
  findIndex: async (options) => {
    const index = await findIndex(withSuite(options));
    return index && toPackageIndex(index);
  },
  freezeIndex: async (options) => toPackageIndex(await freezeIndex(withSuite(options))),
  namedDownloads: namedPackages,
};

const withSuite = <T extends FindIndexOptions>(options: T): T & FindAptIndexOptions => ({
  ...options,
  suite: options.root.base?.suite ?? '',
});

function toPackageIndex(index: FrozenIndex): PackageIndex {
  // Tens of thousands of paragraphs: read once.
  let read: ReturnType<typeof readPackageVersions> | undefined;
  const versions = () => (read ??= readPackageVersions(index));
  return {
    ...index,
    versions,
    whoHas: async (lack) => {
      const known = await versions();
      return whoHas(lack, (name) => known.has(name));
    },
    prepareBase: async (base, { engine, definition, ...options }) => {
      if (base.kind !== 'debootstrap' && base.kind !== 'mmdebstrap') return undefined;
      const { kind, suite } = base;
      const mirror = await prepareMirror({ ...options, kind, forContainer: engine !== 'native', index });
      const { components } = definition.settings.apt;
      return { kind, suite, components, ...mirror, epoch: index.epoch };
    },
    openInstaller: (options) => openAptInstaller(index, options),
  };
}
