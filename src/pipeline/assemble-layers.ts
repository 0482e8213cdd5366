import { throwFaults, type KublerError } from '../errors.ts';
import { applyLayer, type LayerTree } from '../model/apply-layer.ts';
import type { TreeFacts } from '../model/file-facts.ts';
import { toRootfs, type Rootfs } from '../model/tree-entry.ts';
import type { ImageDefinition } from '../model/project.ts';
import type { BuiltTree } from '../store/index.ts';
import { lookupUser } from '../stages/carve/index.ts';
import {
  copyTree,
  makeDirectory,
  type DirectoryStep,
  type ImagePlan,
  type ImageStep,
} from '../stages/image/index.ts';
import { diffTrees, normalise, writeLayer, type Layer } from '../stages/layer/index.ts';
import { buildLdCache, collectFacts } from '../stages/prove/index.ts';
import { findSecrets } from '../stages/prune/index.ts';
import type { Workspace } from './workspace.ts';

export interface LayersSpec {
  readonly plan: ImagePlan;
  readonly definition: Pick<ImageDefinition, 'id' | 'dir' | 'keep'>;
  readonly parent: BuiltTree | undefined;
  /** What the build made, and the parent's paths it removed. */
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  readonly deleted: readonly string[];
  readonly epoch: number;
  readonly tempDir: string;
}

export interface AssembledLayers {
  /** One for each step that makes a layer; undefined where it would be empty. */
  readonly layers: readonly (Layer | undefined)[];
  /** The tree of the image, parents included. */
  readonly tree: BuiltTree;
}

/** A layer and the tree with it on top. */
interface Stacked {
  readonly layer: LayerTree;
  readonly tree: BuiltTree;
}

const noTree: BuiltTree = { rootfs: new Map(), facts: new Map() };

/**
 * Writes the layers of an image in the order of its Dockerfile, each as the difference to what is below it.
 * Throws `PRUNE_SECRET` for all private keys in them, before any is written.
 */
export async function assembleLayers(workspace: Workspace, spec: LayersSpec): Promise<AssembledLayers> {
  const stacked: LayerTree[] = [];
  const secrets: KublerError[] = [];
  let below = spec.parent ?? noTree;
  for (const step of spec.plan.steps) {
    if (step.kind === 'config') continue;
    const { layer, tree } = withLdCache(below, await stack(step, below, spec), spec.epoch);
    stacked.push(layer);
    secrets.push(...(await secretsOf(step, layer, below, spec)));
    below = tree;
  }
  throwFaults(secrets);
  const layers: (Layer | undefined)[] = [];
  for (const layer of stacked) {
    const isEmpty = layer.entries.size === 0 && layer.whiteouts.length === 0;
    const { epoch, tempDir: tmpDir } = spec;
    layers.push(isEmpty ? undefined : await writeLayer({ ...workspace, ...layer, epoch, tmpDir }));
  }
  return { layers, tree: below };
}

async function secretsOf(
  { kind, at }: ImageStep,
  { entries }: LayerTree,
  { rootfs: below }: BuiltTree,
  { definition: { id, keep } }: LayersSpec,
): Promise<readonly KublerError[]> {
  return findSecrets(entries, { subject: id, keep, below, ...(kind === 'copy' && { at }) });
}

async function stack(
  step: Exclude<ImageStep, { kind: 'config' }>,
  below: BuiltTree,
  spec: LayersSpec,
): Promise<Stacked> {
  const { epoch } = spec;
  if (step.kind === 'rootfs') return stackRootfs(below, spec);
  const added =
    step.kind === 'copy'
      ? await copyTree({ ...step, contextDir: spec.definition.dir, tree: below.rootfs, epoch })
      : directoryFor(step, below, epoch);
  const layer = diffTrees(below.rootfs, added, new Set());
  return { layer, tree: putOver(below, layer, await collectFacts(layer.entries)) };
}

function stackRootfs(below: BuiltTree, { epoch, facts, ...spec }: LayersSpec): Stacked {
  const rootfs = normalise(spec.rootfs, epoch);
  const deleted = new Set(spec.deleted);
  const layer = diffTrees(below.rootfs, rootfs, deleted);
  return { layer, tree: putOver(below, layer, facts) };
}

/**
 * The loader's cache speaks of all libraries of the tree, whoever brought them: every layer that changes what it would
 * say brings a new one. One that the Dockerfile copies is left as it is.
 */
function withLdCache(below: BuiltTree, { layer, tree }: Stacked, epoch: number): Stacked {
  const cache = buildLdCache(tree.rootfs, tree.facts);
  if (!cache || tree.rootfs.get(cache.path)?.origin?.kind === 'dockerfile') return { layer, tree };
  const entry = { ...cache, mtime: epoch };
  const entries = toRootfs([...layer.entries.values(), entry]);
  return {
    layer: diffTrees(below.rootfs, entries, new Set(layer.whiteouts)),
    tree: { ...tree, rootfs: toRootfs([...tree.rootfs.values(), entry]) },
  };
}

function directoryFor(step: DirectoryStep, { rootfs, facts }: BuiltTree, epoch: number): Rootfs {
  const text = (name: string): string => facts.get(`etc/${name}`)?.text ?? '';
  const { uid, gid } = lookupUser(text('passwd'), text('group'), step.user);
  return makeDirectory({ step, tree: rootfs, uid, gid, epoch });
}

/** A tree after a layer was put over it, with the facts of both. */
function putOver(below: BuiltTree, layer: LayerTree, added: TreeFacts): BuiltTree {
  const rootfs = applyLayer(below.rootfs, layer);
  const isOld = (path: string): boolean => rootfs.has(path) && !layer.entries.has(path);
  const facts = [
    ...[...below.facts].filter(([path]) => isOld(path)),
    ...[...added].filter(([path]) => layer.entries.has(path)),
  ];
  return { rootfs, facts: new Map(facts) };
}
