import { KublerError } from '../../errors.ts';
import type { Project } from '../../model/project.ts';
import { openShell, type ShellUser } from '../../stages/builder/index.ts';
import type { BuilderStep, ImageStep } from '../../stages/plan/index.ts';
import { buildAll } from '../build/build-all.ts';
import { buildBuilder } from '../build/build-builder.ts';
import { imageBuildSpec } from '../build/image-build-spec.ts';
import { readParent } from '../build/parent-image.ts';
import { planProject, type PlanRequest, type ProjectPlan } from '../plan/plan-project.ts';
import { requireEngine } from '../require-engine.ts';
import { greet, keepShell, readKept } from './keep-shell.ts';
import { serveRequests } from './serve-requests.ts';
import { tryBuild } from './try-build.ts';
import { withBuild, type Build } from '../build/with-build.ts';
import type { Workspace } from '../workspace.ts';

export interface ShellOptions extends ShellUser {
  /** Shows an error of a build that was tried. */
  readonly describeError: (error: unknown) => string;
}

export interface ShellRequest extends PlanRequest {
  readonly jobs: number;
  /** Keep the roots when the shell is left, for the next one. */
  readonly keep: boolean;
  /** Begin anew although a shell was kept. */
  readonly fresh: boolean;
}

/**
 * Opens a shell in the build container of one image, as it is just before the build, or as a shell was kept; parents
 * and builders are built first.
 * @returns the exit status of the shell
 */
export async function shellImage(
  workspace: Workspace,
  project: Project,
  request: ShellRequest,
  options: ShellOptions,
): Promise<number> {
  await requireEngine(workspace);
  const planned = await planProject(workspace, project, request);
  const step = onlyTarget(planned, request);
  await buildWhatItNeeds(workspace, planned, step, request);
  const { id } = step.definition;
  const parent = await readParent(workspace, step);
  const spec = await imageBuildSpec(workspace, step, planned.indexes.of(id), parent);
  const kept = request.fresh ? undefined : await readKept(workspace, id);
  return withBuild(workspace, { ...spec, roots: kept?.roots ?? spec.roots }, async (build) => {
    const { context } = build;
    const status = await withBuildRoot(build, step, options, () => {
      const { packageManager } = build.installer;
      const greeting = greet(kept, spec.roots, { keep: request.keep, packageManager });
      return openShell(context, options, { root: 'builder', network: 'host', greeting });
    });
    if (request.keep) await keepShell(workspace, id, context.session, { start: spec.roots });
    return status;
  });
}

/** Does `work` while kubler-build-root can be called; a build that is still being tried then ends first. */
async function withBuildRoot<T>(
  build: Build,
  step: ImageStep,
  { describeError }: ShellOptions,
  work: () => Promise<T>,
): Promise<T> {
  const server = await serveRequests(build.context.session, (write, signal) =>
    tryBuild(build, step, { describeError, write, signal }),
  );
  try {
    return await work();
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

function onlyTarget({ graph, plan }: ProjectPlan, { targets }: PlanRequest): ImageStep {
  const requested = graph.images.filter((image) => image.requested).map(({ definition }) => definition.id);
  const [id] = requested;
  const step = plan.images.find(({ definition }) => definition.id === id);
  if (step && requested.length === 1) return step;
  throw new KublerError(
    'USAGE_INVALID',
    `cannot open a shell for "${targets.join(' ')}": it is not one image`,
    {
      hint: 'name one: kubler shell NAMESPACE/IMAGE',
    },
  );
}

/** Its parents, and its builder with those that one extends. */
async function buildWhatItNeeds(
  workspace: Workspace,
  planned: ProjectPlan,
  step: ImageStep,
  request: PlanRequest & { readonly jobs: number },
): Promise<void> {
  const images = planned.plan.images.filter((image) => image !== step);
  const { error } = await buildAll(workspace, { ...planned, plan: { ...planned.plan, images } }, request);
  if (error) throw error;
  const { builders } = planned.plan;
  const parentOf = ({ definition }: BuilderStep) =>
    builders.find((each) => each.definition.name === definition.extends);
  const chain: BuilderStep[] = [];
  for (let each: BuilderStep | undefined = step.builder; each; each = parentOf(each)) chain.unshift(each);
  for (const builder of chain) {
    if (builder.action === 'build')
      await buildBuilder(workspace, builder, parentOf(builder), planned.indexes);
  }
}
