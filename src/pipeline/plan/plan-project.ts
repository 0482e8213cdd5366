import type { Sha256 } from '../../model/digest.ts';
import { buildTestName } from '../../model/image-tests.ts';
import type { RecordStore } from '../../store/index.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { positionOf } from '../../model/position-of.ts';
import type { Project } from '../../model/project.ts';
import { resolveTargets, surveyGraph, withoutImages, type Graph } from '../../stages/graph/index.ts';
import {
  digestFolder,
  digestIfThere,
  planBuild,
  type BuildPlan,
  type Force,
  type ImageStep,
} from '../../stages/plan/index.ts';
import type { ImagePlan } from '../../stages/image/index.ts';
import { checkRuleNames } from '../../stages/prune/index.ts';
import { throwFaults, type KublerError, type SourcePosition } from '../../errors.ts';
import { findBaseImages } from './find-base-images.ts';
import { findCopySources } from './copy-dependencies.ts';
import { freezeIndexes, listIndexUsers, type FrozenIndexes } from './freeze-indexes.ts';
import { planDockerfiles } from './plan-dockerfiles.ts';
import { readImports } from './read-imports.ts';
import { requireEngine } from '../require-engine.ts';
import type { Workspace } from '../workspace.ts';

export interface PlanRequest {
  readonly targets: readonly string[];
  readonly defaultNamespace: string | undefined;
  readonly force: Force;
  /** Targets that are not built, whatever has changed; their children use what is there. */
  readonly exclude: readonly string[];
  /** Nothing will be built: what is not there is not fetched. */
  readonly dryRun?: boolean;
}

export interface ProjectPlan {
  readonly graph: Graph;
  readonly plan: BuildPlan;
  readonly indexes: FrozenIndexes;
  readonly records: ReadonlyMap<ImageId, ImageRecord>;
  /** Of all images but the excluded ones. */
  readonly dockerfiles: ReadonlyMap<ImageId, ImagePlan>;
  /** What is wrong with images that are left out; none but in a dry run. */
  readonly faults: readonly KublerError[];
}

/**
 * Looks at what exists and decides what a build of these targets has to do. Throws all that is wrong with them; a dry run
 * plans the others.
 */
export async function planProject(
  workspace: Workspace,
  project: Project,
  request: PlanRequest,
): Promise<ProjectPlan> {
  const { defaultNamespace } = request;
  const imports = await readImports(workspace.records, project);
  const survey = surveyGraph(project, request.targets, {
    imported: new Set(imports.keys()),
    ...(defaultNamespace !== undefined && { defaultNamespace }),
    copies: await findCopySources(project),
  });
  const excluded = excludedImages(project, request);
  const planned = await planDockerfiles(workspace, project, survey.graph, excluded);
  const { dockerfiles } = planned;
  const wrong = [...checkPruning(survey.graph), ...obstacles(survey.graph, excluded), ...planned.faults];
  const faults = [...new Set([...survey.faults, ...wrong.flatMap(([, each]) => each)])];
  if (!request.dryRun) throwFaults(faults);
  const graph = withoutImages(
    survey.graph,
    wrong.map(([id]) => id),
  );
  await requireEngine(
    workspace,
    listIndexUsers(graph).map(({ name, root, ...user }) => ({
      ...user,
      base: name === `builder ${root.name}` ? root.base : undefined,
    })),
  );
  const baseImages = await findBaseImages(workspace, graph);
  const indexes = await freezeIndexes(workspace, graph, { fetch: request.dryRun !== true });
  const records = await readRecords(workspace.records, graph);
  const failed = await readRecords(workspace.failed, graph);
  const intactFailed = await intactImages(workspace, workspace.failed, failed);
  const plan = planBuild(
    graph,
    {
      indexes: indexes.digests,
      baseImages,
      folders: await digestFolders(graph),
      scripts: await digestFolder(workspace.containerDir),
      records,
      failed: new Map([...failed].filter(([id]) => intactFailed.has(id))),
      testScripts: await digestTestScripts(graph),
      imports,
      snapshots: new Set(await workspace.engine.holdSnapshots()),
      intact: await intactImages(workspace, workspace.records, records),
    },
    request.force,
  );
  const images = leaveOut(plan.images, excluded, records);
  return { graph, plan: { ...plan, images }, indexes, records, dockerfiles, faults };
}

/** What is wrong with an image. */
type Wrong = readonly [ImageId, readonly KublerError[]];

/** What keeps builders from being made on this machine, by the images that need them. */
function obstacles({ images, builders }: Graph, excluded: ReadonlySet<ImageId>): readonly Wrong[] {
  const found = new Map<string, readonly KublerError[]>();
  for (const { definition } of builders) {
    const { name, obstacles: own = [], extends: parent = '' } = definition;
    found.set(name, [...(found.get(parent) ?? []), ...own]);
  }
  return images.flatMap(({ definition: { id }, builder }): readonly Wrong[] => {
    const faults = excluded.has(id) ? [] : (found.get(builder) ?? []);
    return faults.length === 0 ? [] : [[id, faults]];
  });
}

/** Excluded images stay what they are, whatever the plan says; so their key is the one they were built with. */
function leaveOut(
  images: readonly ImageStep[],
  excluded: ReadonlySet<ImageId>,
  records: ReadonlyMap<ImageId, ImageRecord>,
): readonly ImageStep[] {
  const done = new Map<ImageId, ImageStep>();
  for (const step of images) {
    const { id } = step.definition;
    const parent = step.parent && done.get(step.parent.definition.id);
    const kept = { action: 'skip', reason: 'excluded', key: records.get(id)?.key ?? step.key } as const;
    done.set(id, { ...step, ...(parent && { parent }), ...(excluded.has(id) && kept) });
  }
  return [...done.values()];
}

function excludedImages(project: Project, { exclude, defaultNamespace }: PlanRequest): ReadonlySet<ImageId> {
  if (exclude.length === 0) return new Set();
  const { ids, faults } = resolveTargets(project, exclude, defaultNamespace);
  throwFaults(faults);
  return ids;
}

/** Faults in the names of prune rules: those of the settings once, not once for each image. */
function checkPruning({ images }: Graph): readonly Wrong[] {
  const shared = new Map<string, readonly KublerError[]>();
  const checkShared = (name: string, at: SourcePosition | undefined): readonly KublerError[] => {
    const faults = shared.get(name) ?? checkRuleNames([name], () => at);
    shared.set(name, faults);
    return faults;
  };
  const ofSettings = images.map(({ definition: { id, settings } }): Wrong => {
    return [id, settings.prune.flatMap((name) => checkShared(name, settings.pruneAt?.get(name)))];
  });
  const own = images.map(({ definition }): Wrong => {
    const { at } = positionOf(definition, 'PRUNE');
    return [
      definition.id,
      checkRuleNames(definition.prune.slice(definition.settings.prune.length), () => at),
    ];
  });
  return [...ofSettings, ...own].filter(([, faults]) => faults.length > 0);
}

async function readRecords(store: RecordStore, graph: Graph): Promise<ReadonlyMap<ImageId, ImageRecord>> {
  const found = await Promise.all(graph.images.map(({ definition }) => store.read(definition.id)));
  return new Map(found.flatMap((record) => (record ? [[record.id, record] as const] : [])));
}

async function digestFolders(graph: Graph): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const folders = [
    ...graph.images.map(({ definition }) => [definition.id, definition.dir] as const),
    ...graph.builders.map(({ definition }) => [`builder ${definition.name}`, definition.dir] as const),
  ];
  return new Map(
    await Promise.all(folders.map(async ([name, dir]) => [name, await digestFolder(dir)] as const)),
  );
}

async function digestTestScripts({ images }: Graph): Promise<ReadonlyMap<ImageId, Sha256>> {
  const found = await Promise.all(
    images.map(async ({ definition: { id, dir } }) => [id, await digestIfThere(dir, buildTestName)] as const),
  );
  return new Map(found.flatMap(([id, digest]) => (digest === undefined ? [] : [[id, digest] as const])));
}

/** Images whose tree, config and own layers are all there; a parent answers for its own. */
async function intactImages(
  { layout }: Workspace,
  store: RecordStore,
  records: ReadonlyMap<ImageId, ImageRecord>,
): Promise<ReadonlySet<ImageId>> {
  const intact = new Set<ImageId>();
  for (const record of records.values()) {
    const blobs = [
      record.manifest.digest,
      record.configDigest,
      ...record.ownLayers.map(({ digest }) => digest),
    ];
    const present = await Promise.all(blobs.map((digest) => layout.hasBlob(digest)));
    if (present.every(Boolean) && (await store.hasTree(record))) intact.add(record.id);
  }
  return intact;
}
