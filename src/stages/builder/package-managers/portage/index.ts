import { copyFile, link } from 'node:fs/promises';
import { join } from 'node:path';
import { toOciArchitecture } from '../../../../model/architecture.ts';
import type { BuilderBase } from '../../../../model/project.ts';
import { readArchive } from '../../../../oci/read-archive.ts';
import { checkArchive, unpackArchive } from '../../../rootfs/index.ts';
import type {
  FindIndexOptions,
  FreezeIndexOptions,
  InstallerOptions,
  PackageIndex,
  PackageManager,
  PrepareBaseOptions,
} from '../package-manager.ts';
import { fetchStage3 } from './fetch-stage3.ts';
import { fetchTree } from './fetch-tree.ts';
import { openPortageInstaller } from './installer.ts';
import { namedDownloads, readRecord, writeRecord, type PortageRecord } from './record.ts';
import { readSources, type PortageSources, type TreeSource } from './sources.ts';
import { whoHas } from './who-has.ts';

/**
 * Gentoo's Portage, by a frozen tree: emerge works in the builder, with the target root as ROOT, and compiles what no former build
 * has left. A target root starts empty.
 */
export const portage: PackageManager = {
  name: 'portage',
  startsFrom: 'nothing',
  indexTools: [],
  sourcesOf: (user) => sourcesKey(readSources(user)),
  findIndex: async (options) => {
    const record = await readRecord(options.dataDir, sourcesKey(readSources(options)));
    return record && toPackageIndex(record, options);
  },
  freezeIndex: async (options) => toPackageIndex(await freeze(options), options),
  namedDownloads,
};

/** Mirrors hold the same files, and keys do not change them. */
const sourcesKey = ({ base, tree }: PortageSources): string =>
  JSON.stringify([contentOf(base), contentOf(tree)]);

/** What is known of a part's content, wherever it lies. */
const contentOf = (part: PortageSources['base'] | PortageSources['tree']): unknown =>
  part?.kind === 'tarball' ? [part.kind, part.sha256] : part;

async function freeze(options: FreezeIndexOptions): Promise<PortageRecord> {
  const { dataDir, refresh, progress, root } = options;
  const { base, tree, mirrors, keyring } = readSources(options);
  const sources = sourcesKey({ base, tree, mirrors, keyring });
  const current = await readRecord(dataDir, sources);
  if (current && !refresh) return current;
  const task = `tree of builder ${root.name}`;
  const fetches = base?.kind === 'stage3' || tree.kind !== 'base';
  if (fetches) progress({ kind: 'stage', task, stage: 'fetch' });
  await using temp = await options.openTempDir();
  const architecture = toOciArchitecture(process.arch);
  const fetching = { ...options, tempDir: temp.path, mirrors, keyring, architecture };
  const stage3 =
    base?.kind === 'stage3' ? (keptStage3(base, current) ?? (await fetchStage3(base, fetching))) : undefined;
  const frozenTree = keptTree(tree, current) ?? (await fetchTree(tree, fetching));
  const frozen = { ...(stage3 && { stage3 }), ...(frozenTree && { tree: frozenTree }) };
  if (fetches) progress({ kind: 'done', task, summary: 'frozen' });
  const where = { dataDir, sources, tempDir: temp.path, base: stage3 ? '' : JSON.stringify(contentOf(base)) };
  return await writeRecord(where, frozen);
}

/** What is of one date, and was fetched, cannot have changed. */
const keptStage3 = (base: Extract<BuilderBase, { kind: 'stage3' }>, current: PortageRecord | undefined) =>
  base.suite === 'latest' ? undefined : current?.stage3;

const keptTree = (tree: TreeSource, current: PortageRecord | undefined) =>
  (tree.kind === 'snapshot' && tree.date === 'latest') || tree.kind === 'git' ? undefined : current?.tree;

/** Where nothing says what date it is of: the first that all archive formats can have. */
const noDate = Date.UTC(1980, 0, 1) / 1000;

function toPackageIndex(record: PortageRecord, { root, dataDir }: FindIndexOptions): PackageIndex {
  const dates = [record.stage3, record.tree].map((file) => file?.date ?? 0);
  return {
    digest: record.digest,
    suite: root.base?.suite ?? 'portage',
    architecture: toOciArchitecture(process.arch),
    epoch: Math.max(noDate, ...dates),
    versions: () => Promise.resolve(new Map()),
    whoHas: (lack) => Promise.resolve(whoHas(lack)),
    prepareBase: async (base, options) =>
      base.kind === 'stage3' && record.stage3
        ? {
            kind: 'tarball',
            hostFile: await openTarball(join(dataDir, 'downloads', record.stage3.sha256), options),
          }
        : undefined,
    openInstaller: (options) => {
      const provideTree = (sessionDir: string) => layOutTree(record, sessionDir, options);
      return openPortageInstaller({ digest: record.digest, provideTree }, options);
    },
  };
}

/** Checks every member before anything is unpacked. */
async function openTarball(hostFile: string, options: PrepareBaseOptions): Promise<string> {
  const plain = await unpackArchive(options, hostFile);
  await checkArchive(readArchive(plain));
  return plain;
}

/** The tree as a tarball that every tar unpacks. */
async function layOutTree(
  { tree }: PortageRecord,
  sessionDir: string,
  options: InstallerOptions,
): Promise<void> {
  if (!tree) return;
  const plain = await unpackArchive(options, join(options.dataDir, 'downloads', tree.sha256));
  const target = join(sessionDir, 'tree.tar');
  await link(plain, target).catch(() => copyFile(plain, target));
}
