import { copyFile, link, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toOciArchitecture } from '../../../../model/architecture.ts';
import type { BuilderBase } from '../../../../model/project.ts';
import type {
  FindIndexOptions,
  FreezeIndexOptions,
  PackageIndex,
  PackageManager,
} from '../package-manager.ts';
import { openPortageInstaller } from './installer.ts';
import { readRecord, writeRecord, type PortageRecord } from './record.ts';
import { whoHas } from './who-has.ts';

/**
 * Gentoo's Portage, by a frozen tree: emerge works in the builder, with the target root as ROOT, and compiles what no former build
 * has left. A target root starts empty.
 */
export const portage: PackageManager = {
  name: 'portage',
  startsFrom: 'nothing',
  indexTools: [],
  sourcesOf,
  findIndex: async (options) => {
    const record = await readRecord(options.dataDir, sourcesOf(options));
    return record && toPackageIndex(record, options);
  },
  freezeIndex: async (options) => toPackageIndex(await freeze(options), options),
  namedDownloads: () => Promise.resolve(new Set()),
};

function sourcesOf({ root }: Pick<FindIndexOptions, 'root'>): string {
  return JSON.stringify([baseOf(root.base)]);
}

/** What a base is made from, wherever it lies. */
function baseOf(base: BuilderBase | undefined): unknown {
  return base?.kind === 'tarball' ? ['tarball', base.sha256] : base;
}

async function freeze(options: FreezeIndexOptions): Promise<PortageRecord> {
  const sources = sourcesOf(options);
  const current = await readRecord(options.dataDir, sources);
  if (current && !options.refresh) return current;
  await using temp = await options.openTempDir();
  const base = JSON.stringify(baseOf(options.root.base));
  return await writeRecord({ dataDir: options.dataDir, sources, tempDir: temp.path, base }, {});
}

/** Where nothing says what date it is of: the first that all archive formats can have. */
const noDate = Date.UTC(1980, 0, 1) / 1000;

function toPackageIndex(record: PortageRecord, { root, dataDir }: FindIndexOptions): PackageIndex {
  const dates = [record.stage3, record.tree].flatMap((file) => file?.date ?? []);
  const architecture = toOciArchitecture(process.arch);
  return {
    digest: record.digest,
    suite: root.base?.suite ?? 'portage',
    architecture,
    epoch: dates.length === 0 ? noDate : Math.max(...dates),
    versions: () => Promise.resolve(new Map()),
    whoHas: (lack) => Promise.resolve(whoHas(lack)),
    prepareBase: () => Promise.resolve(undefined),
    openInstaller: (options) => {
      const provideTree = (sessionDir: string) => layOutTree(record, dataDir, sessionDir);
      return openPortageInstaller({ digest: record.digest, provideTree }, options);
    },
  };
}

async function layOutTree({ tree }: PortageRecord, dataDir: string, sessionDir: string): Promise<void> {
  if (!tree) return;
  const [from, to] = [join(dataDir, 'downloads', tree.sha256), join(sessionDir, 'tree.tar')];
  await link(from, to).catch(() => copyFile(from, to));
  await writeFile(join(sessionDir, 'tree.strip'), String(tree.strip));
}
