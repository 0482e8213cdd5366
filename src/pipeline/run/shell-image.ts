import { KublerError } from '../../errors.ts';
import type { Project } from '../../model/project.ts';
import { openShell, tryFill, type ShellUser } from '../../stages/builder/index.ts';
import type { BuilderStep, ImageStep } from '../../stages/plan/index.ts';
import { buildAll } from '../build/build-all.ts';
import { buildBuilder } from '../build/build-builder.ts';
import { imageBuildSpec } from '../build/image-build-spec.ts';
import { readParent } from '../build/parent-image.ts';
import { planProject, type PlanRequest, type ProjectPlan } from '../plan/plan-project.ts';
import { requireEngine } from '../require-engine.ts';
import { withBuild, type Build } from '../build/with-build.ts';
import type { Workspace } from '../workspace.ts';

export interface ShellOptions extends ShellUser {
  /** Shows an error of a build that was tried. */
  readonly describeError: (error: unknown) => string;
}

const greeting = `The build container, just before the build: the target root is in $_ROOTFS, the image's folder in /config.
kubler-build-root tries the build; apt-cache search finds packages; what you leave behind is gone.`;

/**
 * Opens a shell in the build container of one image, as it is just before the build; parents and builders are built
 * first.
 * @returns the exit status of the shell
 */
export async function shellImage(
  workspace: Workspace,
  project: Project,
  request: PlanRequest & { readonly jobs: number },
  options: ShellOptions,
): Promise<number> {
  await requireEngine(workspace);
  const planned = await planProject(workspace, project, request);
  const step = onlyTarget(planned, request);
  await buildWhatItNeeds(workspace, planned, step, request);
  const parent = await readParent(workspace, step);
  const spec = imageBuildSpec(step, planned.indexes.of(step.definition.id), parent);
  await using temp = await workspace.openTempDir();
  const dir = `${temp.path}/shell`;
  let build: Build | undefined;
  const server = await workspace.serveRequests(dir, (_, write) =>
    build ? tryBuild(build, step, options, write) : Promise.resolve(1),
  );
  const inputs = [{ hostPath: dir, containerPath: '/.kubler-shell' }];
  try {
    return await withBuild(workspace, { ...spec, inputs }, async (opened) => {
      build = opened;
      return await openShell(opened.context, options, { root: 'builder', network: 'host', greeting });
    });
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

/** Runs a build in the roots of the shell. Returns a status for whoever asked. */
async function tryBuild(
  { context, installer }: Build,
  step: ImageStep,
  { describeError }: ShellOptions,
  write: (line: string) => void,
): Promise<number> {
  const shown = {
    ...context,
    onLine: write,
    progress: (event: Parameters<typeof context.progress>[0]) => {
      if (event.kind === 'stage') write(`==> ${event.stage}`);
      if (event.kind === 'detail') write(`    ${event.text}`);
    },
  };
  try {
    await tryFill(shown, installer, step.definition.installMode);
    write('==> done: what the image is carved from is in $_ROOTFS');
    return 0;
  } catch (error) {
    write(describeError(error).trimEnd());
    return 1;
  }
}
