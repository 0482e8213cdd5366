import type { Digest } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { ImageDefinition, Project } from '../../model/project.ts';
import { diskUsage } from '../../oci/disk-usage.ts';
import { allPackageManagers } from '../../stages/builder/index.ts';
import { readTemplate } from '../../stages/image/index.ts';
import { findStaleFiles, removeFiles } from '../../store/index.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

/** One kind of thing that was, or would be, removed. */
export interface Removed {
  readonly what: string;
  readonly count: number;
  /** Which, where that is worth knowing. */
  readonly names?: readonly string[];
  /** On disk. */
  readonly bytes: number;
}

export interface CleanOptions {
  /** Images, builders, indexes, downloads and Portage's caches too. */
  readonly all: boolean;
  /** Only say what would go. */
  readonly dryRun: boolean;
}

/**
 * Removes at once what no built image needs. What was written since the oldest other process that works in the data
 * dir began is left alone: it may be about to name it.
 */
export async function cleanProject(
  workspace: Workspace,
  project: Project,
  options: CleanOptions,
): Promise<readonly Removed[]> {
  const { layout, records, dataDir } = workspace;
  const { all, dryRun } = options;
  const inUseSince = await workspace.inUseSince();
  const writtenBefore = inUseSince ?? workspace.clock.now();
  const ids = await records.list();
  // They have no name, so that their blobs go too. Another process may be testing one.
  const failed = inUseSince === undefined ? await workspace.failed.list() : [];
  const failedBytes = await diskUsage(`${dataDir}/failed`);
  // One may be going on from a kept shell.
  const shells = inUseSince === undefined ? await workspace.keptShells.list() : [];
  const shellBytes = await diskUsage(`${dataDir}/shells`);
  const recordBytes = await diskUsage(`${dataDir}/images`);
  const downloads = all ? new Set<string>() : await namedDownloads(dataDir, project);
  const stale = await findStaleFiles(dataDir, { all, inUseSince, downloads });
  // First what takes no lock, nor anything else that would have to be written: the disk may be full.
  if (!dryRun) await removeFiles(stale.flatMap(({ paths }) => paths));
  const needed = all
    ? { snapshots: [] as const, layers: new Set<Digest>() }
    : await neededByImages(workspace);
  const garbage = await workspace.engine.collectGarbage({
    ...needed,
    snapshots: new Set([...needed.snapshots, ...(await keptRoots(workspace, shells))]),
    writtenBefore,
    dryRun,
  });
  const { kept = [] } = garbage;
  if (!dryRun) {
    await removeFiles(garbage.snapshots.map((id) => `${dataPaths(dataDir).steps}/${id}.json`));
    for (const id of failed) await workspace.failed.remove(id);
    for (const id of shells) await workspace.keptShells.remove(id);
    if (all) await forgetImages(workspace);
  }
  const { blobs, bytes } = await layout.collectGarbage({ writtenBefore, dryRun, all });
  if (!dryRun) await workspace.layerCache.prune();
  return [
    ...(all ? [{ what: 'images', count: ids.length, bytes: recordBytes }] : []),
    ...(failed.length > 0 ? [{ what: 'failed images', count: failed.length, bytes: failedBytes }] : []),
    ...(shells.length > 0
      ? [{ what: 'kept shells', count: shells.length, names: shells, bytes: shellBytes }]
      : []),
    ...(kept.length > 0 ? [{ what: 'kept containers', count: kept.length, names: kept, bytes: 0 }] : []),
    { what: 'snapshots', count: garbage.snapshots.length, bytes: garbage.snapshotBytes },
    { what: 'unpacked layers', count: garbage.layers, bytes: garbage.layerBytes },
    ...stale.map(({ what, paths, bytes: size }) => ({ what, count: paths.length, bytes: size })),
    { what: 'blobs', count: blobs, bytes },
  ];
}

/** Snapshots that children of built images start from, and the layers of every image that has a name. */
async function neededByImages({
  records,
  layout,
}: Workspace): Promise<{ readonly snapshots: readonly string[]; readonly layers: ReadonlySet<Digest> }> {
  const built = await Promise.all((await records.list()).map((id) => records.read(id)));
  const snapshots = built.flatMap((record) => (record ? neededSnapshots(record) : []));
  const layers = new Set<Digest>();
  for (const { digest } of (await layout.references()).values()) {
    const { config } = await layout.readManifest(digest);
    for (const diffId of (await layout.readConfig(config.digest)).rootfs.diff_ids) layers.add(diffId);
  }
  return { snapshots, layers };
}

/** Roots of kept shells but of those that go. */
async function keptRoots({ keptShells }: Workspace, gone: readonly ImageId[]): Promise<readonly string[]> {
  const staying = (await keptShells.list()).filter((id) => !gone.includes(id));
  const shells = await Promise.all(staying.map((id) => keptShells.read(id)));
  return shells.flatMap((shell) => (shell ? [shell.roots.builder, shell.roots.target] : []));
}

const neededSnapshots = (record: ImageRecord): readonly string[] => [
  record.targetSnapshot,
  record.builderSnapshot,
  record.builderKey,
  record.baseSnapshot,
];

/** Packages of the indexes in use, base tarballs of the project, and what it writes the checksum of for ADD. */
async function namedDownloads(dataDir: string, { builders, images }: Project): Promise<ReadonlySet<string>> {
  const tarballs = [...builders.values()].flatMap(({ base }) =>
    base?.kind === 'tarball' ? [base.sha256] : [],
  );
  const added = await Promise.all([...images.values()].map(findChecksums));
  const indexed = await Promise.all(allPackageManagers.map((each) => each.namedDownloads(dataDir)));
  return new Set([...indexed.flatMap((names) => [...names]), ...tarballs, ...added.flat()]);
}

/** All SHA-256 in a Dockerfile.template, whatever is wrong with it, and in the variables it may take them from. */
async function findChecksums({ dir, variables }: ImageDefinition): Promise<readonly string[]> {
  const { text } = await readTemplate(dir).catch(() => ({ text: '' }));
  return `${text} ${[...variables.values()].join(' ')}`.toLowerCase().match(/\b[0-9a-f]{64}\b/g) ?? [];
}

async function forgetImages({ layout, records }: Workspace): Promise<void> {
  for (const name of (await layout.references()).keys()) await layout.removeReference(name);
  for (const id of await records.list()) await records.remove(id);
}
