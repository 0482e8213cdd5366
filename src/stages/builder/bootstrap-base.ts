import { join } from 'node:path';
import { assert, KublerError } from '../../errors.ts';
import type { Progress } from '../../model/progress.ts';
import type { BuilderBase, BuilderDefinition } from '../../model/project.ts';
import type { Downloader } from '../../ports/downloader.ts';
import type { BootstrapSpec, Engine, SnapshotId } from '../../ports/engine.ts';
import type { ProcessRunner } from '../../ports/process-runner.ts';
import { aboutBase, fetchTarball } from './fetch-tarball.ts';
import type { PackageIndex } from './package-managers/package-manager.ts';
import { openStepLog } from './step-log.ts';

export interface BaseSpec {
  readonly id: SnapshotId;
  readonly definition: BuilderDefinition;
  readonly base: BuilderBase;
  readonly index: PackageIndex;
  /** Writes the root of the image that the base is made from to a tar file. */
  readonly saveImage: (hostFile: string) => Promise<void>;
  readonly engine: Engine;
  readonly runner: ProcessRunner;
  readonly downloader: Downloader;
  readonly progress: Progress;
  readonly dataDir: string;
  /** Scratch space of this process. */
  readonly tempDir: string;
  readonly logDir: string;
}

/** Makes a base root as BUILDER_BASE says and keeps it as snapshot `id`. */
export async function bootstrapBase(spec: BaseSpec): Promise<void> {
  using log = openStepLog(join(spec.logDir, 'bootstrap.log'));
  const source = await prepareSource(spec, spec.base);
  const tell = (text: string): void => {
    log.line(text);
    spec.progress({ kind: 'detail', task: taskOf(spec), text });
  };
  await spec.engine.bootstrap({ id: spec.id, log: log.line, tell, source });
  log.finish();
}

const taskOf = ({ definition }: BaseSpec): string => `builder ${definition.name}`;

async function prepareSource(spec: BaseSpec, base: BuilderBase): Promise<BootstrapSpec['source']> {
  if (base.kind === 'tarball') return { kind: 'tarball', hostFile: await fetchTarball(spec, base) };
  if (base.kind === 'image') return { kind: 'tarball', hostFile: await fetchImage(spec) };
  const engine = await spec.engine.name();
  const source = await spec.index.prepareBase(base, { ...spec, engine, task: taskOf(spec) });
  assert(source, `no package manager makes bases by ${base.kind}`);
  return source;
}

async function fetchImage(spec: BaseSpec): Promise<string> {
  const hostFile = join(spec.tempDir, 'image.tar');
  await spec.saveImage(hostFile).catch((error: unknown) => {
    throw error instanceof KublerError ? aboutBase(error, spec.definition) : error;
  });
  return hostFile;
}
