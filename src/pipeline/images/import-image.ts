import { KublerError, throwFaults } from '../../errors.ts';
import type { AbsentPaths } from '../../model/absent.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { applyLayer } from '../../model/apply-layer.ts';
import type { Dropped } from '../../model/receipt.ts';
import { toRootfs, type Rootfs } from '../../model/tree-entry.ts';
import { encodeJson } from '../../oci/encode-json.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { describeProof } from '../../model/proof.ts';
import { toOciArchitecture } from '../../model/architecture.ts';
import * as carve from '../../stages/carve/index.ts';
import { assembleImage, type ImagePlan } from '../../stages/image/index.ts';
import { diffTrees, normalise, writeLayer } from '../../stages/layer/index.ts';
import { stepKey } from '../../stages/plan/index.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import { prove } from '../../stages/prove/index.ts';
import { findSecrets } from '../../stages/prune/index.ts';
import { readArchive } from '../../oci/read-archive.ts';
import { checkArchive, copyTar, readSpool, saveStream, unpackArchive } from '../../stages/rootfs/index.ts';
import { listDropped } from '../build/list-dropped.ts';
import { allowKeys } from '../build/prove-image.ts';
import { keepImage } from '../build/keep-image.ts';
import { makeImportedRoot } from '../build/imported-root.ts';
import { requireEngine } from '../require-engine.ts';
import type { Workspace } from '../workspace.ts';

export interface ImportSpec {
  readonly id: ImageId;
  /** A host path, or bytes such as standard input. */
  readonly tarball: string | AsyncIterable<Uint8Array>;
  readonly tags: readonly string[];
  /** What a container of it runs with; default: nothing is said. */
  readonly config?: RuntimeConfig;
  /** Seconds since 1970 that no file is newer than; undefined: the newest file's date. */
  readonly epoch: number | undefined;
  /** Globs of private keys that everyone may have. */
  readonly keep: readonly string[];
  /** Replace an image of this name. */
  readonly force: boolean;
}

/**
 * Makes an image of a root filesystem tarball, in one layer. The same tarball gives the same image. Throws
 * `ROOTFS_ESCAPE` and `ROOTFS_INVALID` as `checkArchive` does, `USAGE_INVALID` when the name is taken, `PRUNE_SECRET` for
 * private keys in it.
 */
export async function importImage(workspace: Workspace, spec: ImportSpec): Promise<ImageRecord> {
  const startedAt = workspace.clock.now();
  await refuseTaken(workspace, spec);
  await requireEngine(workspace);
  await using temp = await workspace.openTempDir();
  const { tarFile, sha256 } = await receive(workspace, spec, temp.path);
  const tree = await readTree(tarFile);
  await refuseKeys(spec, tree.given);
  const made = await makeImage(workspace, spec, temp.path, { ...tree, sha256 });
  const record: ImageRecord = {
    ...{ ...made.record, buildMs: workspace.clock.now() - startedAt },
  };
  if (record.findings.length > 0) {
    const text = `prove has ${record.findings.length} findings: kubler inspect ${spec.id}`;
    workspace.progress({ kind: 'warning', task: spec.id, text });
  }
  workspace.progress({ kind: 'stage', task: spec.id, stage: 'unpack' });
  await makeImportedRoot(workspace, record);
  await keepImage(workspace, record, made.tree);
  workspace.progress({ kind: 'done', task: spec.id, summary: `${(record.sizeBytes / 1e6).toFixed(1)} MB` });
  return record;
}

async function refuseTaken(workspace: Workspace, { id, force }: ImportSpec): Promise<void> {
  const former = await workspace.records.read(id);
  if (!former || force) return;
  throw new KublerError('USAGE_INVALID', `cannot import ${id}: there is an image of this name`, {
    hint: `--force replaces it; kubler rm ${id} removes it`,
  });
}

/** A plain tar of our own, checked member by member. */
async function receive(
  workspace: Workspace,
  { id, tarball }: ImportSpec,
  tempDir: string,
): Promise<{ readonly tarFile: string; readonly sha256: string }> {
  const { runner, signal } = workspace;
  workspace.progress({ kind: 'stage', task: id, stage: 'read' });
  const received = typeof tarball === 'string' ? tarball : `${tempDir}/received`;
  if (typeof tarball !== 'string') await saveStream(tarball, received, { signal });
  const tarFile = `${tempDir}/rootfs.tar`;
  const sha256 = await copyTar(await unpackArchive({ runner, tempDir }, received), tarFile, signal);
  await checkArchive(readArchive(tarFile));
  return { tarFile, sha256 };
}

interface Given {
  readonly given: Rootfs;
  readonly dropped: readonly Dropped[];
  readonly sha256: Sha256;
}

async function readTree(tarFile: string): Promise<Omit<Given, 'sha256'>> {
  const { rootfs, dropped } = await readSpool(tarFile);
  return { given: withoutMounts(rootfs), dropped: listDropped(dropped) };
}

/** What is below /dev, /proc and /sys comes from the host of a container, never from its image. */
function withoutMounts(rootfs: Rootfs): Rootfs {
  const kept = [...rootfs.values()].filter(({ path }) => !/^(dev|proc|sys)\//.test(path));
  if (kept.some(({ type }) => type !== 'directory')) return toRootfs(kept);
  throw new KublerError('ROOTFS_INVALID', 'cannot import a tarball: there is no file in it');
}

async function refuseKeys({ id, keep }: ImportSpec, tree: Rootfs): Promise<void> {
  const hint = (path: string): string =>
    `leave it out of the tarball, or say --keep '/${path}' if everyone may have it`;
  throwFaults(await findSecrets(tree, { subject: id, keep, below: new Map(), hint }));
}

/** The latest time a date can be written in an image (RFC 3339 has years of four digits). */
const lastSecond = 253_402_300_799;

async function makeImage(
  workspace: Workspace,
  spec: ImportSpec,
  tmpDir: string,
  { given, dropped, sha256: tarball }: Given,
) {
  workspace.progress({ kind: 'stage', task: spec.id, stage: 'layer' });
  const { config = {} } = spec;
  const newest = [...given.values()].reduce((latest, { mtime }) => Math.max(latest, Math.floor(mtime)), 0);
  const epoch = spec.epoch ?? Math.min(newest, lastSecond);
  const layerTree = diffTrees(new Map(), normalise(given, epoch), new Set());
  const { rootfs, packages, shipped } = await carve.ownTree(applyLayer(new Map(), layerTree));
  const layer = await writeLayer({ ...workspace, ...layerTree, epoch, tmpDir });
  const at = { file: 'tarball', line: 1, column: 1 };
  const plan: ImagePlan = {
    steps: [{ kind: 'rootfs', at, createdBy: `import sha256:${tarball}` }],
    config,
    author: undefined,
    warnings: [],
  };
  const architecture = toOciArchitecture(process.arch);
  const image = await assembleImage({ ...workspace, plan, layers: [layer], epoch, architecture });
  const facts = await collectFacts(rootfs);
  const inputs = {
    ...{ tarball, epoch: String(epoch), name: spec.id },
    ...(spec.config && { config: stepKey('config', { json: encodeJson(config).toString() }) }),
  };
  const { digest, size } = image.manifestDescriptor;
  const targetSnapshot = stepKey('imported root', { layer: layer.diffId });
  const record = {
    ...{ targetSnapshot, builderSnapshot: '', builderKey: '', baseSnapshot: targetSnapshot },
    ...{ id: spec.id, key: stepKey('imported image', inputs), inputs, imported: tarball, tags: spec.tags },
    ...{ manifest: { digest, size }, configDigest: image.configDigest, ownLayers: [layer], layerCount: 1 },
    ...{ sizeBytes: layer.uncompressedBytes, compressedBytes: layer.sizeBytes, epoch },
    ...{ packages, provided: [], logged: [], receipts: [], dropped },
    proof: describeProof(rootfs, facts),
    findings: allowKeys(prove({ tree: rootfs, facts, config, ...(shipped && { shipped }) }), spec.keep),
  };
  return { record, tree: { rootfs, facts, absent: missingOf(rootfs, shipped) } };
}

/** What packages in a tree came with and it has not. */
const missingOf = (rootfs: Rootfs, shipped: ReadonlyMap<string, string> = new Map()): AbsentPaths =>
  new Map(
    [...shipped]
      .filter(([path]) => !rootfs.has(path))
      .map(([path, name]) => [path, { package: name, by: 'import' }]),
  );
