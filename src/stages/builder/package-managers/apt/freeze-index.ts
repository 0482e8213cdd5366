import { toOciArchitecture } from '../../../../model/architecture.ts';
import type { Progress } from '../../../../model/progress.ts';
import type { Settings } from '../../../../model/project.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import type { FreezeIndexOptions as FreezeOptions } from '../package-manager.ts';
import { openCurrentIndex, type CurrentIndexOptions } from './current-index.ts';
import { freezeSources } from './freeze-sources.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { readDebootstrapMirror, readHostSources } from './host-sources.ts';
import { resolveSources } from './sources.ts';

export interface FindIndexOptions {
  readonly settings: Pick<Settings, 'apt'>;
  readonly suite: string;
  readonly dataDir: string;
  readonly runner: ProcessRunner;
  readonly progress: Progress;
}

export type FreezeIndexOptions = FindIndexOptions &
  Pick<FreezeOptions, 'refresh' | 'downloader' | 'clock' | 'openTempDir'>;

/**
 * The package index that builds of a suite use: the frozen one, or, with `refresh` or when there is none, the state
 * the mirrors have now, verified and frozen. Throws `SIGNATURE_INVALID`, `CHECKSUM_MISMATCH`, `DOWNLOAD_FAILED`,
 * `CONFIG_INVALID`, `HOST_MISSING_TOOL`, `HOST_UNSUPPORTED`.
 */
export async function freezeIndex(options: FreezeIndexOptions): Promise<FrozenIndex> {
  const key = await describeSources(options);
  const current = await openCurrentIndex(key);
  if (current && !options.refresh) return current;
  const task = taskOf(options);
  options.progress({ kind: 'stage', task, stage: 'fetch' });
  await using temp = await options.openTempDir();
  const index = await freezeSources({
    ...options,
    ...key,
    tempDir: temp.path,
    current,
    warn: toWarn(options),
  });
  options.progress({ kind: 'done', task, summary: `of ${new Date(index.epoch * 1000).toISOString()}` });
  return index;
}

/** The index `freezeIndex` would return without fetching anything; undefined when there is none. */
export async function findIndex(options: FindIndexOptions): Promise<FrozenIndex | undefined> {
  return openCurrentIndex(await describeSources(options));
}

async function describeSources(options: FindIndexOptions): Promise<CurrentIndexOptions> {
  const sources = resolveSources({
    ...options,
    hostSources: await readHostSources(),
    defaultMirror: await readDebootstrapMirror(options.runner),
    warn: toWarn(options),
  });
  const { dataDir, suite } = options;
  return { dataDir, suite, sources, architecture: toOciArchitecture(process.arch) };
}

const taskOf = (options: FindIndexOptions): string => `package index ${options.suite}`;

const toWarn =
  (options: FindIndexOptions) =>
  (text: string): void =>
    options.progress({ kind: 'warning', task: taskOf(options), text });
