import { engineSettings } from '../model/engine-status.ts';
import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';

/** The options of `ProjectFlags`, spelled alike everywhere. */
export const workingDirOption = new Option(
  '-w, --working-dir <dir>',
  'where the project is (default: here, or above)',
);
export const dataDirOption = new Option('--data-dir <dir>', 'where images and caches are kept');
export const engineOption = new Option('--engine <name>', 'what builds and runs containers').choices(
  engineSettings,
);
export const jsonOption = new Option('--json', 'print JSON instead of a table');
export const platformOption = new Option(
  '--platform <platform>',
  "which of several images: linux/arm64 (default: this machine's)",
);
/** The flag of `debugOption`. */
export interface DebugFlag {
  readonly debug?: true | undefined;
}
export const debugOption = new Option('--debug', 'print the cause of an error with its stack');

/** Gives a command what every command about a project has. */
export const withProject = <
  Args extends unknown[],
  Options extends OptionValues,
  Globals extends OptionValues,
>(
  command: Command<Args, Options, Globals>,
) => command.addOption(workingDirOption).addOption(dataDirOption).addOption(debugOption);
