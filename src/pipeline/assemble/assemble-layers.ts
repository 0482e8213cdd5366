import { KublerError, throwFaults } from '../../errors.ts';
import { applyLayer, type LayerTree } from '../../model/apply-layer.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { ImageDefinition } from '../../model/project.ts';
import { toRootfs, type Rootfs } from '../../model/tree-entry.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import { proxySecrets } from '../../stages/builder/index.ts';
import {
  makeDirectory,
  type DirectoryStep,
  type ImagePlan,
  type ImageStep,
} from '../../stages/image/index.ts';
import { diffTrees, normalise, writeLayer, type Layer } from '../../stages/layer/index.ts';
import { stepKey } from '../../stages/plan/index.ts';
import { buildLdCache, collectFacts } from '../../stages/needs/index.ts';
import { findSecrets, findSecretTexts } from '../../stages/prune/index.ts';
import type { BuiltTree, CachedLayer } from '../../store/index.ts';
import { imageLayers } from '../image-layers.ts';
import { imageUser } from '../image-user.ts';
import type { ParentImage } from '../build/parent-image.ts';
import { prepareCopy } from './prepare-copy.ts';
import { prepareRun } from './prepare-run.ts';
import type { PreparedStep, StepPlace } from './prepared-step.ts';
import type { Workspace } from '../workspace.ts';

export interface LayersSpec {
  readonly plan: ImagePlan;
  readonly definition: ImageDefinition;
  /** Where COPY and RUN read the image folder: a copy, as what is made is kept under the key of what was planned. */
  readonly contextDir: string;
  readonly parent: ParentImage | undefined;
  /** A container with tools. */
  readonly builder: SnapshotId;
  /** What the build made, and the parent's paths it removed. */
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  readonly deleted: readonly string[];
  readonly epoch: number;
  /** No layer of a former build is taken over. */
  readonly forced: boolean;
}

export interface AssembledLayers {
  /** One for each step that makes a layer; undefined where it would be empty. */
  readonly layers: readonly (Layer | undefined)[];
  /** The tree of the image, parents included. */
  readonly tree: BuiltTree;
}

const noTree: BuiltTree = { rootfs: new Map(), facts: new Map() };

/**
 * Writes the layers of an image in the order of its Dockerfile, each as the difference to what is below it. Throws
 * `PRUNE_SECRET` for all private keys and proxies' secrets in them; nothing runs in an image that has some.
 */
export async function assembleLayers(workspace: Workspace, spec: LayersSpec): Promise<AssembledLayers> {
  const made: (Layer | undefined)[] = [];
  const secrets: KublerError[] = [];
  const { parent } = spec;
  const stack = parent ? [...imageLayers(workspace.layout, parent.manifest, parent.config)] : [];
  let below = parent?.tree ?? noTree;
  for (const step of spec.plan.steps) {
    if (step.kind === 'config') continue;
    if (secrets.length > 0 && step.kind === 'run') break;
    const place = { ...spec, workspace, below, layers: [...stack] };
    const { layer, tree, facts, faults } = await layerOf(step, spec, place);
    if (layer) stack.push({ blobFile: workspace.layout.blobFile(layer.digest), diffId: layer.diffId });
    made.push(layer);
    secrets.push(...faults);
    below = putOver(below, tree, facts);
  }
  throwFaults(secrets);
  return { layers: made, tree: below };
}

type LayerStep = Exclude<ImageStep, { kind: 'config' }>;

/** A layer with the secrets in it; one that has some is not written. */
type FoundLayer = CachedLayer & { readonly faults: readonly KublerError[] };

/** The layer of a step: that of a former build when nothing it depends on has changed. */
async function layerOf(step: LayerStep, spec: LayersSpec, place: StepPlace): Promise<FoundLayer> {
  const { layerCache } = place.workspace;
  const { inputs, make } = await prepare(step, spec, place);
  const key = inputs === undefined ? undefined : layerKey(inputs, place);
  const cached = key !== undefined && !spec.forced ? await layerCache.read(key) : undefined;
  if (cached) return { ...withLine(cached, step.at.line), faults: [] };
  await using temp = await place.workspace.openTempDir();
  const { added, deleted } = await make(temp.path);
  const own = diffTrees(place.below.rootfs, normalise(added, place.epoch), deleted);
  const facts = step.kind === 'rootfs' ? spec.facts : await collectFacts(own.entries);
  const tree = withLdCache(place, own, facts);
  const faults = await secretsOf(step, tree, place);
  if (faults.length > 0) return { layer: undefined, tree, facts, faults };
  const made = { layer: await write(step, tree, place, temp.path), tree, facts };
  if (key !== undefined) await layerCache.write(key, made);
  return { ...made, faults };
}

/** What a layer lies on is in the key by its bytes, so that a parent built again to the same bytes changes nothing. */
const layerKey = (inputs: unknown, { layers, epoch, definition }: StepPlace): string =>
  stepKey('layer', {
    below: layers.map(({ diffId }) => diffId).join(' '),
    epoch: String(epoch),
    keep: JSON.stringify(definition.keep),
    instruction: JSON.stringify(inputs),
  });

async function write(
  { kind, at }: LayerStep,
  tree: LayerTree,
  { workspace, epoch }: StepPlace,
  tmpDir: string,
): Promise<Layer | undefined> {
  if (tree.entries.size === 0 && tree.whiteouts.length === 0) return undefined;
  try {
    return await writeLayer({ ...workspace, ...tree, epoch, tmpDir });
  } catch (error) {
    if (!(error instanceof KublerError) || kind === 'rootfs') throw error;
    throw new KublerError(error.code, error.message, { at, cause: error });
  }
}

async function secretsOf(
  { kind, at }: LayerStep,
  { entries }: LayerTree,
  { definition: { id, keep, settings }, below }: StepPlace,
): Promise<readonly KublerError[]> {
  const place = { subject: id, keep, below: below.rootfs, ...(kind !== 'rootfs' && { at }) };
  // What hooks made was searched with the rest of the rootfs; COPY brings files in which a password may be a word.
  const secrets = proxySecrets(settings).filter((text) => kind === 'run' || text.includes(':'));
  const texts = kind === 'rootfs' ? [] : await findSecretTexts(entries, { subject: id, secrets, at });
  return [...(await findSecrets(entries, place)), ...texts];
}

/**
 * The loader's cache speaks of all libraries of the tree, whoever brought them: every layer that changes what it would
 * say brings a new one. One that the Dockerfile copies or makes is left as it is.
 */
function withLdCache({ below, epoch }: StepPlace, layer: LayerTree, facts: TreeFacts): LayerTree {
  const tree = putOver(below, layer, facts);
  const cache = buildLdCache(tree.rootfs, tree.facts);
  if (!cache || tree.rootfs.get(cache.path)?.origin?.kind === 'dockerfile') return layer;
  const entries = toRootfs([...layer.entries.values(), { ...cache, mtime: epoch }]);
  return diffTrees(below.rootfs, entries, new Set(layer.whiteouts));
}

function prepare(step: LayerStep, spec: LayersSpec, place: StepPlace): Promise<PreparedStep> | PreparedStep {
  if (step.kind === 'copy') return prepareCopy(step, place);
  if (step.kind === 'run') return prepareRun(step, place);
  const added = () => (step.kind === 'rootfs' ? spec.rootfs : directoryFor(step, place));
  const deleted = new Set(step.kind === 'rootfs' ? spec.deleted : []);
  return { inputs: undefined, make: () => Promise.resolve({ added: added(), deleted }) };
}

function directoryFor(step: DirectoryStep, { below, epoch }: StepPlace): Rootfs {
  const { uid, gid } = imageUser(below, step.user, step.at);
  return makeDirectory({ step, tree: below.rootfs, uid, gid, epoch });
}

/** Entries of a former build, with the line their instruction stands on now. */
function withLine(cached: CachedLayer, line: number): CachedLayer {
  const origin = { kind: 'dockerfile', line } as const;
  const entries = [...cached.tree.entries.values()].map((entry) =>
    entry.origin?.kind === 'dockerfile' ? { ...entry, origin } : entry,
  );
  return { ...cached, tree: { ...cached.tree, entries: toRootfs(entries) } };
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
