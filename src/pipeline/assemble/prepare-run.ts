import { isStartFailure, KublerError } from '../../errors.ts';
import { findCommand } from '../../model/find-command.ts';
import { isBelow, toRootfs } from '../../model/tree-entry.ts';
import type { ExecSpec } from '../../ports/engine.ts';
import {
  captureScript,
  fullListingScript,
  proxyEnv,
  proxySecrets,
  runStep,
  spool,
  type BuildContext,
} from '../../stages/builder/index.ts';
import { readBound, writeInputs, type BoundSource, type RunStep } from '../../stages/image/index.ts';
import {
  changedPaths,
  listingFormat,
  parseListing,
  readSpool,
  type Listing,
} from '../../stages/rootfs/index.ts';
import { describeSource } from './describe-source.ts';
import { keepFailed } from '../build/keep-failed.ts';
import { imageUser } from '../image-user.ts';
import type { PreparedStep, StepChanges, StepPlace } from './prepared-step.ts';
import { dataPaths } from '../workspace.ts';

/** RUN: a command in the image as it is so far; what it changes there is the layer. */
export async function prepareRun(step: RunStep, place: StepPlace): Promise<PreparedStep> {
  const bound = await readBound(step, place);
  const sources = bound.map(({ source }) => describeSource(source));
  return {
    inputs: { ...step, at: 0, createdBy: '', sources },
    make: (tempDir) => run(step, bound, place, tempDir),
  };
}

async function run(
  step: RunStep,
  bound: readonly BoundSource[],
  place: StepPlace,
  dir: string,
): Promise<StepChanges> {
  requireProgram(step, place);
  const { workspace, definition, layers } = place;
  const exec = await execOptions(step, bound, place, dir);
  const target = { layers };
  await using session = await workspace.engine.open({ builder: place.builder, target, inputs: [], env: {} });
  const context: BuildContext = {
    session,
    subject: definition.id,
    configDir: definition.dir,
    hookEnv: {},
    logDir: dataPaths(workspace.dataDir).logs(definition.id),
    secrets: proxySecrets(definition.settings),
    progress: workspace.progress,
  };
  const before = await list(context, 'run-before', dir);
  await execute(context, step, { exec, env: environment(step, place) }).catch(async (error: unknown) => {
    throw await keepFailed(workspace, { subject: `${definition.id} RUN` }, session, error);
  });
  const { changed, deleted } = changedPaths(before, await list(context, 'run-after', dir));
  const spoolFile = `${dir}/spool.tar`;
  await spool(context, [...changed], spoolFile);
  const { rootfs } = await readSpool(spoolFile);
  const origin = { kind: 'dockerfile', line: step.at.line } as const;
  return { added: toRootfs([...rootfs.values()].map((entry) => ({ ...entry, origin }))), deleted };
}

async function list(context: BuildContext, name: string, dir: string): Promise<Listing> {
  return parseListing(await captureScript(context, name, fullListingScript(listingFormat), dir));
}

async function execute(
  context: BuildContext,
  { argv, network, at }: RunStep,
  { exec, env }: { readonly exec: ExecOptions; readonly env: Readonly<Record<string, string>> },
): Promise<void> {
  const { subject } = context;
  context.progress({ kind: 'stage', task: subject, stage: `RUN, line ${at.line}` });
  try {
    const name = `run-line-${at.line}`;
    await runStep(context, { name, label: 'RUN', root: 'target', argv, env, network, exec, at });
  } catch (error) {
    if (!isStartFailure(error)) throw error;
    throw new KublerError('BUILD_COMMAND_FAILED', `cannot build ${subject}: RUN: ${error.message}`, { at });
  }
}

type ExecOptions = Pick<ExecSpec, 'cwd' | 'user' | 'inputs' | 'tmpfs'>;

async function execOptions(
  step: RunStep,
  bound: readonly BoundSource[],
  { below }: StepPlace,
  dir: string,
): Promise<ExecOptions> {
  const { uid, gid, additionalGids } = imageUser(below, step.user, step.at);
  const tmpfs = step.mounts.flatMap((mount) =>
    mount.kind === 'tmpfs' ? [{ containerPath: mount.path, sizeBytes: mount.sizeBytes }] : [],
  );
  const inputs = await writeInputs(step, bound, dir);
  return { cwd: step.workdir, user: { uid, gid, additionalGids }, inputs, tmpfs };
}

/** What makes for equal bytes, as in every container, under what the Dockerfile says. */
function environment(
  { env, user, at }: RunStep,
  { below, definition, epoch }: StepPlace,
): Record<string, string> {
  const isLocal = Object.keys(env).some((name) => /^(LANG|LC_\w+)$/.test(name));
  return {
    SOURCE_DATE_EPOCH: String(epoch),
    TZ: 'UTC',
    ...(!isLocal && { LC_ALL: 'C.UTF-8' }),
    DEBIAN_FRONTEND: 'noninteractive',
    PYTHONHASHSEED: '0',
    ...proxyEnv(definition.settings),
    HOME: imageUser(below, user, at).home,
    ...env,
  };
}

/** Of a command that is not in the image, said before a container says it in its own way. */
function requireProgram(
  { argv, usesShell, script, env, workdir, mounts, at }: RunStep,
  { below }: StepPlace,
): void {
  const mounted = new Set(mounts.map(({ path }) => path.slice(1)));
  const [command] = argv;
  if (script !== undefined || isBelow(command.slice(1), (path) => mounted.has(path))) return;
  const places = { searchPath: env['PATH'], workingDir: workdir };
  if (findCommand(below.rootfs, command, places).found) return;
  const reason = `the image has no "${command}"${usesShell ? ' to run it with' : ''}`;
  throw new KublerError('IMAGE_INVALID', `cannot apply RUN: ${reason}`, {
    at,
    ...(usesShell && { hint: 'RUN ["/usr/bin/program", "argument"] needs no shell' }),
  });
}
