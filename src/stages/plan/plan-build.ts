import type { Sha256 } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { packageManagerNames, type PackageManagerName } from '../../model/package-manager.ts';
import type { BuilderDefinition, ImageDefinition } from '../../model/project.ts';
import type { Graph, GraphBuilder, GraphImage } from '../graph/index.ts';
import { sha256 } from './digest-folder.ts';
import { changedInputs, stepKey, type StepInputs } from './step-key.ts';

/** One entry of a build plan. */
export interface Step<Action = 'build' | 'skip'> {
  readonly key: Sha256;
  readonly inputs: StepInputs;
  /** File name → digest, of its folder. */
  readonly files: ReadonlyMap<string, Sha256>;
  readonly action: Action;
  /** Why it is built or skipped, for people. */
  readonly reason: string;
}

export interface BuilderStep extends Step {
  readonly definition: BuilderDefinition;
  readonly packageManager: PackageManagerName;
  /** Key of the pristine base this builder starts from. */
  readonly base: Sha256;
  /** ID of the image the base is made from, if it is made from one. */
  readonly baseImage?: string;
  /** The builder at the root of the chain, which has the base. */
  readonly root: BuilderDefinition;
}

/** `test`: it is there, and has to pass its tests. */
export interface ImageStep extends Step<'build' | 'test' | 'skip'> {
  readonly definition: ImageDefinition;
  readonly builder: BuilderStep;
  readonly parent?: ImageStep;
  /** Digest of the scripts that install its packages. */
  readonly installScripts: Sha256;
  /** What its Dockerfile copies from. */
  readonly copies: readonly ImageStep[];
  /** Hash of what it is tested for. */
  readonly testKey: Sha256;
  /** The imported image it stands on, instead of a parent. */
  readonly imported?: ImageRecord;
  /** Built from its start: no part of a former build is taken over. */
  readonly forced: boolean;
}

/** What a build will do, in an order in which everything comes after what it needs. */
export interface BuildPlan {
  readonly builders: readonly BuilderStep[];
  readonly images: readonly ImageStep[];
}

/** What exists, as far as a plan depends on it. */
export interface PlanFacts {
  /** Image id or `builder NAME` → digest of its frozen package index. */
  readonly indexes: ReadonlyMap<string, Sha256>;
  /** Builder → ID of the image of Docker or Podman that is its base. */
  readonly baseImages?: ReadonlyMap<string, string>;
  /** Image id or `builder NAME` → file name → digest, of its folder. */
  readonly folders: ReadonlyMap<string, ReadonlyMap<string, Sha256>>;
  /** Scripts that work in containers, by name → digest: other scripts, other steps. */
  readonly scripts: ReadonlyMap<string, Sha256>;
  readonly records: ReadonlyMap<ImageId, ImageRecord>;
  /** Intact images that did not pass their tests. */
  readonly failed: ReadonlyMap<ImageId, ImageRecord>;
  /** Image id → digest of its build-test.sh, of those that have one. */
  readonly testScripts: ReadonlyMap<ImageId, Sha256>;
  /** Imported images that parents are among. */
  readonly imports?: ReadonlyMap<ImageId, ImageRecord>;
  readonly snapshots: ReadonlySet<string>;
  /** Images whose blobs are all in the store. */
  readonly intact: ReadonlySet<ImageId>;
}

/** Which images to build although nothing changed: all of the graph, those asked for, or none. */
export type Force = 'none' | 'requested' | 'all';

/** Decides what must be built and why. Pure: what exists is passed in. */
export function planBuild(graph: Graph, facts: PlanFacts, force: Force = 'none'): BuildPlan {
  const builders = new Map<string, BuilderStep>();
  for (const node of graph.builders) builders.set(node.definition.name, planBuilder(node, builders, facts));
  const images = new Map<ImageId, ImageStep>();
  for (const node of graph.images)
    images.set(node.definition.id, planImage(node, builders, images, facts, force));
  return { builders: [...builders.values()], images: reviveParents([...images.values()], facts) };
}

function planBuilder(
  node: GraphBuilder,
  done: ReadonlyMap<string, BuilderStep>,
  facts: PlanFacts,
): BuilderStep {
  const { definition, packageManager } = node;
  const parent = definition.extends === undefined ? undefined : done.get(definition.extends);
  const user = `builder ${definition.name}`;
  const index = facts.indexes.get(user) ?? '';
  const scripts = (used: (name: string) => boolean) => ({ 'container scripts': digestScripts(facts, used) });
  const baseImage = parent ? parent.baseImage : facts.baseImages?.get(definition.name);
  const base =
    parent?.base ??
    stepKey('base', {
      ...baseInputs(definition, baseImage),
      'package index': index,
      ...scripts(isOfInstall(packageManager)),
    });
  const files = facts.folders.get(user) ?? noFiles;
  const inputs = withFiles(files, {
    ...(parent ? { [`builder ${parent.definition.name}`]: parent.key, 'package index': index } : { base }),
    ...scripts(isOfBuilder(packageManager)),
    variables: JSON.stringify([...definition.variables].filter(([name]) => !namesBase.test(name))),
  });
  const key = stepKey('builder', inputs);
  const ready = facts.snapshots.has(key) && facts.snapshots.has(base);
  return {
    definition,
    packageManager,
    base,
    ...(baseImage !== undefined && { baseImage }),
    root: parent?.root ?? definition,
    key,
    inputs,
    files,
    action: ready ? 'skip' : 'build',
    reason: ready ? 'ready' : 'not built for these inputs yet',
  };
}

/** Scripts of a package manager: helpers of hooks, what only the making of a base runs, what only extracted mode does. */
const notOfInstall = /\/(?:helpers|parse-lists|extract)\.sh$/;
const isExtract = (name: string): boolean => name.endsWith('/extract.sh');

/** What `installPackages` runs for real, as in every base and builder. */
const isOfInstall =
  (manager: PackageManagerName) =>
  (name: string): boolean =>
    name.startsWith(`${manager}/`) && !notOfInstall.test(name);

/** Scripts of others are no input. */
const isOfBuilder =
  (manager: PackageManagerName) =>
  (name: string): boolean =>
    !isExtract(name) &&
    !name.startsWith('shell/') &&
    !packageManagerNames.some((other) => other !== manager && name.startsWith(`${other}/`));

/** Their meaning is in the base's key, or the parent's. */
const namesBase = /^(BUILDER(_BASE|_BASE_SHA256|_SUITE)?|STAGE3_(BASE|DATE)|ARCH_URL|PACKAGE_MANAGER)$/;

const digestScripts = ({ scripts }: PlanFacts, used: (name: string) => boolean): Sha256 =>
  sha256(JSON.stringify([...scripts].filter(([name]) => used(name))));

/** What a base is made from: of a tarball or an image its content, wherever it lies and whatever it is called. */
function baseInputs({ base }: BuilderDefinition, imageId: string | undefined): StepInputs {
  if (base?.kind === 'tarball') return { base: 'tarball', sha256: base.sha256 };
  return base?.kind === 'image' ? { base: 'image', image: imageId ?? '' } : { base: JSON.stringify(base) };
}

function planImage(
  node: GraphImage,
  builders: ReadonlyMap<string, BuilderStep>,
  done: ReadonlyMap<ImageId, ImageStep>,
  facts: PlanFacts,
  force: Force,
): ImageStep {
  const { definition } = node;
  const builder = builders.get(node.builder);
  if (!builder) throw new Error(`internal error: builder ${node.builder} is not in the graph`);
  const parent = node.parent === undefined ? undefined : done.get(node.parent);
  const copies = node.copies.flatMap((id) => done.get(id) ?? []);
  const imported = node.imported === undefined ? undefined : facts.imports?.get(node.imported);
  const files = facts.folders.get(definition.id) ?? noFiles;
  const { packageManager } = builder;
  const isUsed = (name: string): boolean =>
    isOfInstall(packageManager)(name) ||
    (name === `${packageManager}/extract.sh` && definition.installMode === 'extracted');
  const installScripts = digestScripts(facts, isUsed);
  const inputs = withFiles(files, {
    [`builder ${node.builder}`]: builder.key,
    'package index': facts.indexes.get(definition.id) ?? '',
    ...(parent && { [`parent ${parent.definition.id}`]: parent.key }),
    ...Object.fromEntries(copies.map((source) => [`copied ${source.definition.id}`, source.key])),
    ...(imported && { [`parent ${imported.id}`]: imported.key }),
    variables: JSON.stringify([...definition.variables]),
    settings: JSON.stringify(settingsThatMatter(definition)),
    'container scripts': installScripts,
  });
  const key = stepKey('image', inputs);
  const forced = force === 'all' || (force === 'requested' && node.requested);
  const testKey = testKeyOf(definition, facts.testScripts.get(definition.id));
  const decision = forced
    ? ({ action: 'build', reason: 'forced' } as const)
    : decide(definition.id, { key, inputs, testKey, parent, copies }, facts);
  return {
    definition,
    builder,
    ...(parent && { parent }),
    installScripts,
    copies,
    ...(imported && { imported }),
    forced,
    key,
    inputs,
    files,
    testKey,
    ...decision,
  };
}

/** Hash of what an image is tested for. `script`: digest of its build-test.sh. */
export const testKeyOf = ({ tests }: Pick<ImageDefinition, 'tests'>, script: Sha256 | undefined): Sha256 =>
  stepKey('test', { tests: JSON.stringify(tests), script: script ?? '' });

/** That of an image without tests. */
const untested = testKeyOf({ tests: { buildTest: false, health: undefined, file: undefined } }, undefined);

interface Wanted {
  readonly key: Sha256;
  readonly inputs: StepInputs;
  readonly testKey: Sha256;
  readonly parent: ImageStep | undefined;
  readonly copies: readonly ImageStep[];
}

function decide(id: ImageId, wanted: Wanted, facts: PlanFacts): Pick<ImageStep, 'action' | 'reason'> {
  const record = facts.records.get(id);
  const isGone = record?.key === wanted.key && !facts.intact.has(id);
  const reason = isGone ? 'its layers are no longer in the store' : whyBuild(record, wanted, facts);
  if (reason === undefined) {
    const isTested = (record?.tests?.key ?? untested) === wanted.testKey;
    return isTested
      ? { action: 'skip', reason: 'unchanged' }
      : { action: 'test', reason: 'its tests changed' };
  }
  const failed = facts.failed.get(id);
  return failed && whyBuild(failed, wanted, facts) === undefined
    ? { action: 'test', reason: 'its tests failed before' }
    : { action: 'build', reason };
}

const noFiles: ReadonlyMap<string, Sha256> = new Map();

/** Inputs with those that files are; a file that is called as another input is has `./` in front. */
function withFiles(files: ReadonlyMap<string, Sha256>, inputs: StepInputs): StepInputs {
  const named = [...files].map(([path, digest]) => [path in inputs ? `./${path}` : path, digest] as const);
  return { ...Object.fromEntries(named), ...inputs };
}

function settingsThatMatter({ id, settings, tags }: ImageDefinition): unknown {
  return [id, settings.epoch, settings.prune, settings.maintainer, settings.defaultBuilder, tags];
}

function whyBuild(
  record: ImageRecord | undefined,
  { key, inputs, parent, copies }: Wanted,
  facts: PlanFacts,
): string | undefined {
  if (!record) return 'new';
  if (record.key !== key) return changedInputs(record.inputs, inputs) ?? 'built by another version';
  const changed = [
    ...(parent ? [whyFor('parent', parent, record.parentDigest, facts)] : []),
    ...copies.map((each) => whyFor('copied image', each, record.copied?.[each.definition.id], facts)),
  ];
  return changed.find((why) => why !== undefined);
}

/** An image built again from the same inputs may have other bytes all the same, where a hook downloads something. */
function whyFor(
  role: string,
  image: ImageStep,
  used: string | undefined,
  facts: PlanFacts,
): string | undefined {
  const { id } = image.definition;
  if (image.action === 'build') return `${role} ${id} is built again`;
  return facts.records.get(id)?.configDigest === used ? undefined : `${role} ${id} has other content`;
}

/** A child can only be built on its parent's target root: a parent whose root was cleaned away is built again. */
function reviveParents(images: readonly ImageStep[], facts: PlanFacts): readonly ImageStep[] {
  const gone = new Set<ImageStep>();
  for (const step of [...images].reverse()) {
    const { parent } = step;
    if (!parent || (step.action !== 'build' && !gone.has(step)) || parent.action === 'build') continue;
    const record = facts.records.get(parent.definition.id);
    if (record && !facts.snapshots.has(record.targetSnapshot)) gone.add(parent);
  }
  if (gone.size === 0) return images;
  const revived = new Map<ImageStep, ImageStep>();
  return images.map((step) => {
    const parent = step.parent && (revived.get(step.parent) ?? step.parent);
    const next: ImageStep = {
      ...step,
      ...(parent && { parent }),
      ...(gone.has(step) && { action: 'build' as const, reason: 'its target root was cleaned away' }),
    };
    revived.set(step, next);
    return next;
  });
}
