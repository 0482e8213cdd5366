import type { Settings } from '../../../../model/project.ts';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { readDebootstrapMirror, readHostSources } from './host-sources.ts';
import { resolveSources, type AptSourceSpec } from './sources.ts';

/** Where the packages of a suite come from on this host, by settings and the host's own apt and debootstrap. */
export async function loadSources(options: {
  readonly settings: Pick<Settings, 'apt'>;
  readonly suite: string;
  readonly runner: ProcessRunner;
  readonly warn: (text: string) => void;
}): Promise<AptSourceSpec[]> {
  return resolveSources({
    ...options,
    hostSources: await readHostSources(),
    defaultMirror: await readDebootstrapMirror(options.runner),
  });
}
