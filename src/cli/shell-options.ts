import type { ShellOptions } from '../pipeline/run/shell-image.ts';
import type { CliContext } from './context.ts';
import { renderError } from './render-error.ts';

/** How shells meet whoever called. */
export const shellOptions = (context: CliContext, debug = false): ShellOptions => ({
  hasTerminal: context.isTty,
  terminalType: context.env['TERM'],
  describeError: (error) =>
    renderError(error, { colour: context.isTty && !context.env['NO_COLOR'], debug, cwd: context.cwd }),
});
