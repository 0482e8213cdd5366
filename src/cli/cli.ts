import { Command, CommanderError } from '@commander-js/extra-typings';
import { exitStatus, KublerError } from '../errors.ts';
import { explainWriteFailure } from '../model/write-failure.ts';
import { registerBuild } from './commands/build.ts';
import { registerClean } from './commands/clean.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDebug } from './commands/debug.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExport } from './commands/export.ts';
import { registerGraph } from './commands/graph.ts';
import { registerHistory } from './commands/history.ts';
import { registerImport } from './commands/import.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerList } from './commands/list.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerNew } from './commands/new.ts';
import { registerProve } from './commands/prove.ts';
import { registerRm } from './commands/rm.ts';
import { registerRun } from './commands/run.ts';
import { registerShell } from './commands/shell.ts';
import { registerSize } from './commands/size.ts';
import { registerTag } from './commands/tag.ts';
import { registerTest } from './commands/test.ts';
import { registerUpdate } from './commands/update.ts';
import { registerWhy } from './commands/why.ts';
import type { CliContext, CliResult } from './context.ts';
import { renderError } from './render-error.ts';
import { version } from './version.ts';

/** Runs one command line (without `node` and the script). Resolves with the exit status; never rejects. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  const result = { status: 0 };
  const program = createProgram(context, result);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return result.status;
  } catch (error) {
    return report(error, context, argv.includes('--debug'));
  }
}

function createProgram(context: CliContext, result: CliResult): Command {
  const program: Command = new Command('kubler')
    .description('Builds minimal container images FROM scratch, from real packages, proven to run.')
    .version(version, '-V, --version')
    // Errors are reported like all others.
    .configureOutput({ writeOut: context.stdout, writeErr: context.stderr, outputError: () => undefined })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExample:\n  kubler new namespace acme --yes\n  kubler new image acme/jq --packages jq --yes\n  kubler build acme/jq\n  kubler run acme/jq -- jq --version\n',
    )
    .exitOverride();
  registerNew(program, context);
  registerMigrate(program, context);
  registerBuild(program, context, result);
  registerList(program, context);
  registerGraph(program, context);
  registerRun(program, context, result);
  registerShell(program, context, result);
  registerDebug(program, context, result);
  registerTest(program, context);
  registerExport(program, context);
  registerImport(program, context);
  registerInspect(program, context);
  registerHistory(program, context);
  registerProve(program, context, result);
  registerSize(program, context);
  registerWhy(program, context);
  registerTag(program, context);
  registerRm(program, context);
  registerUpdate(program, context);
  registerClean(program, context);
  registerDoctor(program, context, result);
  registerCompletion(program, context);
  return program;
}

function report(error: unknown, context: CliContext, debug: boolean): number {
  if (error instanceof CommanderError && !error.message.startsWith('error: ')) {
    // Help was shown: because it was asked for, or instead of a command.
    return error.exitCode === 0 ? 0 : 2;
  }
  const misused = error instanceof CommanderError ? usageError(error) : explainWriteFailure(error);
  const shown = context.signal.aborted ? interrupted(misused) : misused;
  const colour = context.isTty && !context.env['NO_COLOR'];
  context.stderr(renderError(shown, { colour, debug, cwd: context.cwd }));
  return exitStatus(shown);
}

/** `error: unknown option '--job'` and, on a line of its own, `(Did you mean --jobs?)`. */
function usageError({ message }: CommanderError): KublerError {
  const [, reason = message, meant] = /^error: (.*?)(?:\n\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  const hint = meant === undefined ? 'kubler help lists all commands' : `did you mean ${meant}?`;
  return new KublerError('USAGE_INVALID', `cannot read the command line: ${reason.replace(/\.$/, '')}`, {
    hint,
  });
}

/** After Ctrl-C everything that fails, fails because of it. */
function interrupted(error: unknown): KublerError {
  if (error instanceof KublerError && error.code === 'INTERRUPTED') return error;
  return new KublerError('INTERRUPTED', 'interrupted', { cause: error });
}
