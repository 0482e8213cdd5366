import { amend, KublerError, type SourcePosition } from '../../errors.ts';
import type { ContainerOptions } from '../../model/container-options.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { Fetched } from '../../model/progress.ts';
import type { Settings, Variables } from '../../model/project.ts';
import type { SnapshotId } from '../../ports/engine.ts';
import {
  copyCertificates,
  copyFolder,
  hookEnv,
  proxySecrets,
  sessionEnv,
  type BuildContext,
  type Installer,
  type PackageIndex,
} from '../../stages/builder/index.ts';
import { keepFailed } from './keep-failed.ts';
import { sessionInputs } from './session-inputs.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

export interface BuildSpec {
  /** As messages name it: an image id or `builder NAME`. */
  readonly subject: string;
  /** The folder of the image or builder; containers see a copy of it. */
  readonly configDir: string;
  /** What the plan found in it. */
  readonly files?: ReadonlyMap<string, Sha256>;
  readonly settings: Settings;
  readonly variables: Variables;
  readonly container?: ContainerOptions;
  /** Where its mounts are written. */
  readonly mountedAt?: SourcePosition | undefined;
  readonly namespace: string;
  readonly index: PackageIndex;
  /** Seconds since 1970 that nothing it makes is newer than. */
  readonly epoch: number;
  readonly roots: { readonly builder?: SnapshotId; readonly target: SnapshotId };
}

/** An open session with all that its steps need. */
export interface Build {
  readonly context: BuildContext;
  readonly installer: Installer;
  readonly tempDir: string;
  /** The copy of the image folder that hooks see: exactly what the plan found there. */
  readonly folder: string;
  /** Seconds since 1970 that nothing in the image is newer than. */
  readonly epoch: number;
}

/** Opens the containers of one build for `work`; afterwards nothing is left but what was committed. */
export async function withBuild<T>(
  workspace: Workspace,
  spec: BuildSpec,
  work: (build: Build) => Promise<T>,
): Promise<T> {
  const { settings, index, epoch, container } = spec;
  const { caFile } = settings.network;
  await using temp = await workspace.openTempDir();
  refuseEarlyClock(workspace.clock.now(), epoch);
  const copy = `${temp.path}/config`;
  await copyFolder({ dir: spec.configDir, files: spec.files, copy, epoch });
  await warnOfLimits(workspace, spec);
  const onProgress = (done: Fetched): void =>
    workspace.progress({ kind: 'fetched', task: spec.subject, ...done });
  const installer = await index.openInstaller({ ...workspace, tempDir: temp.path, onProgress });
  const opening = workspace.engine.open({
    ...spec.roots,
    inputs: [
      ...sessionInputs({
        containerDir: workspace.containerDir,
        configDir: copy,
        caFile: caFile === undefined ? undefined : await copyCertificates(caFile, temp.path),
      }),
      ...installer.inputs,
    ],
    env: sessionEnv(epoch, installer.packageManager),
    ...(container && { options: container }),
  });
  await using session = await opening.catch((error: unknown) => {
    throw locate(error, spec);
  });
  const context: BuildContext = {
    session,
    subject: spec.subject,
    configDir: spec.configDir,
    hookEnv: { ...hookEnv(spec), ...installer.hookEnv, ...container?.env },
    logDir: dataPaths(workspace.dataDir).logs(spec.subject),
    secrets: proxySecrets(settings),
    progress: workspace.progress,
    ...(workspace.onStepFailure && { onFailure: workspace.onStepFailure }),
  };
  const build = { context, installer, tempDir: temp.path, folder: copy, epoch };
  return await work(build).catch(async (error: unknown) => {
    throw await keepFailed(workspace, spec, session, error);
  });
}

/** With a clock before the epoch, files would be dated by the clock: the bytes would differ from build to build. */
function refuseEarlyClock(nowMs: number, epoch: number): void {
  if (nowMs / 1000 >= epoch) return;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot build: this machine's clock is before the epoch ${epoch}`,
    {
      hint: `the epoch is ${new Date(epoch * 1000).toISOString()}: set the clock, or "epoch" in kubler.config.yaml`,
    },
  );
}

async function warnOfLimits(
  { engine, progress }: Workspace,
  { subject, container }: BuildSpec,
): Promise<void> {
  if (!container?.limits || (await engine.name()) !== 'native') return;
  const text = 'BUILDER_DOCKER_ARGS: the native engine sets no limits of memory, processors or processes';
  progress({ kind: 'warning', task: subject, text });
}

/** Says of a mount that cannot be where it is written. */
function locate(error: unknown, { mountedAt: at }: BuildSpec): unknown {
  return error instanceof KublerError && error.code === 'USAGE_INVALID' && at ? amend(error, { at }) : error;
}
