import type { CommandPlaces } from '../model/find-command.ts';
import { envValue } from './env-value.ts';
import type { RuntimeConfig } from './types.ts';

/** Where a container of an image looks for commands: its PATH and WORKDIR. */
export const commandPlaces = (config: RuntimeConfig): CommandPlaces => ({
  searchPath: envValue(config, 'PATH'),
  workingDir: config.WorkingDir,
});
