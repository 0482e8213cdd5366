import { asksPorts } from '../../model/image-tests.ts';
import { assert, KublerError, KublerErrors } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { TestReport } from '../../model/test-report.ts';
import { explainWriteFailure } from '../../model/write-failure.ts';
import type { BuilderStep, ImageStep } from '../../stages/plan/index.ts';
import type { PlanRequest, ProjectPlan } from '../plan/plan-project.ts';
import { tryEngine } from '../require-engine.ts';
import { runGraph, type GraphResult, type Job } from './run-graph.ts';
import type { Workspace } from '../workspace.ts';

/** What became of one image. */
export interface ImageOutcome {
  readonly id: ImageId;
  readonly outcome: 'built' | 'tested' | 'skipped' | 'failed' | 'not built';
  /** Why it was built, skipped or not built. */
  readonly reason: string;
  readonly record: ImageRecord | undefined;
  /** What its tests said, as far as they were run. */
  readonly tests?: TestReport | undefined;
}

export interface BuildReport {
  readonly images: readonly ImageOutcome[];
  /** All failures, in the order of the graph; undefined when there was none. */
  readonly error: KublerError | KublerErrors | Error | undefined;
}

/** Builds what the plan says must be built: parents first, independent ones side by side. */
export async function buildAll(
  workspace: Workspace,
  planned: ProjectPlan,
  request: PlanRequest & { readonly jobs: number },
): Promise<BuildReport> {
  const { images } = planned.plan;
  const toBuild = images.filter(({ action }) => action !== 'skip');
  const ports = toBuild.some(({ definition }) => asksPorts(definition.tests));
  const builders = neededBuilders(planned.plan.builders, toBuild);
  // Where it has made the builders it works, and opening a session tells when it no longer does.
  if (builders.length > 0 || ports) await tryEngine(workspace, { ports });
  workspace.progress({
    kind: 'planned',
    tasks: [...builders.map(({ definition }) => `builder ${definition.name}`), ...toBuild.map(nameOf)],
  });
  for (const step of images) {
    if (step.action === 'skip')
      workspace.progress({ kind: 'skipped', task: nameOf(step), reason: step.reason });
  }
  const jobs = [
    ...builders.map((step) => builderJob(workspace, step, builders, planned)),
    ...toBuild.map((step) => imageJob(workspace, step, planned, toBuild, builders)),
  ];
  const { failed, notRun } = await runGraph(jobs, request.jobs, workspace.signal);
  const records = await Promise.all(
    images.map(({ definition: { id } }) => (failed.has(id) ? workspace.failed : workspace.records).read(id)),
  );
  const isInterrupted = workspace.signal.aborted;
  return {
    images: images.map((step, at) => outcomeOf(step, records[at], { failed, notRun, isInterrupted })),
    error: isInterrupted
      ? new KublerError('INTERRUPTED', 'cannot build: interrupted')
      : joinErrors(jobs.flatMap(({ name }) => (failed.has(name) ? [failed.get(name)] : []))),
  };
}

const nameOf = ({ definition }: ImageStep): string => definition.id;

/** The builders that images to build use, and those they extend, as far as they are not there. */
function neededBuilders(all: readonly BuilderStep[], images: readonly ImageStep[]): readonly BuilderStep[] {
  const needed = new Set<string>();
  const want = (name: string | undefined): void => {
    const step = all.find(({ definition }) => definition.name === name);
    if (!step || needed.has(step.definition.name)) return;
    needed.add(step.definition.name);
    want(step.definition.extends);
  };
  for (const { builder, action } of images) if (action === 'build') want(builder.definition.name);
  return all.filter(({ action, definition }) => action === 'build' && needed.has(definition.name));
}

function builderJob(
  workspace: Workspace,
  step: BuilderStep,
  builders: readonly BuilderStep[],
  { indexes, plan }: ProjectPlan,
): Job {
  const parent = plan.builders.find(({ definition }) => definition.name === step.definition.extends);
  return reporting(workspace, {
    name: `builder ${step.definition.name}`,
    after: parent && builders.includes(parent) ? [`builder ${parent.definition.name}`] : [],
    run: async () => {
      const { buildBuilder } = await import('./build-builder.ts');
      await buildBuilder(workspace, step, parent, indexes);
    },
  });
}

function imageJob(
  workspace: Workspace,
  step: ImageStep,
  { indexes, dockerfiles }: ProjectPlan,
  toBuild: readonly ImageStep[],
  builders: readonly BuilderStep[],
): Job {
  const parent = toBuild.find(({ definition }) => definition.id === step.parent?.definition.id);
  const builder = builders.find(({ definition }) => definition.name === step.builder.definition.name);
  const index = indexes.of(step.definition.id);
  const dockerfile = dockerfiles.get(step.definition.id);
  assert(dockerfile, `no Dockerfile was planned for ${step.definition.id}`);
  return reporting(workspace, {
    name: step.definition.id,
    after: [
      ...(parent ? [parent.definition.id] : []),
      ...step.copies.map(nameOf).filter((id) => toBuild.some((each) => nameOf(each) === id)),
      ...(builder ? [`builder ${builder.definition.name}`] : []),
    ],
    // Loaded when used: most of Kubler, and often nothing has changed.
    run: async () => {
      if (step.action === 'test') {
        const { retestImage } = await import('./retest-image.ts');
        return retestImage(workspace, step, index);
      }
      const { buildImage } = await import('./build-image.ts');
      return buildImage(workspace, step, index, dockerfile);
    },
  });
}

/** Tells the watcher of a failure before the graph takes note of it. */
function reporting(workspace: Workspace, job: Job): Job {
  const run = async (): Promise<void> => {
    try {
      await job.run();
    } catch (thrown) {
      const error = explainWriteFailure(thrown);
      const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
      workspace.progress({ kind: 'failed', task: job.name, reason });
      throw error;
    }
  };
  return { ...job, run };
}

function outcomeOf(
  step: ImageStep,
  record: ImageRecord | undefined,
  { failed, notRun, isInterrupted }: GraphResult & { readonly isInterrupted: boolean },
): ImageOutcome {
  const id = step.definition.id;
  const { reason } = step;
  if (step.action === 'skip') return { id, outcome: 'skipped', reason, record, tests: record?.tests };
  if (isInterrupted && (failed.has(id) || notRun.includes(id))) {
    return { id, outcome: 'not built', reason: 'interrupted', record: undefined };
  }
  if (failed.has(id)) {
    const tests = record?.key === step.key ? record.tests : undefined;
    return { id, outcome: 'failed', reason, record: undefined, tests };
  }
  if (notRun.includes(id)) {
    return { id, outcome: 'not built', reason: 'what it needs was not built', record: undefined };
  }
  const outcome = step.action === 'test' ? 'tested' : 'built';
  return { id, outcome, reason, record, tests: record?.tests };
}

function joinErrors(errors: readonly unknown[]): BuildReport['error'] {
  const bug = errors.find((error) => !(error instanceof KublerError || error instanceof KublerErrors));
  if (bug !== undefined)
    return bug instanceof Error ? bug : new Error('a job failed without an error', { cause: bug });
  const flat = errors.flatMap((error) =>
    error instanceof KublerErrors ? error.errors : error instanceof KublerError ? [error] : [],
  );
  return flat.length > 1 ? new KublerErrors(flat) : flat[0];
}
