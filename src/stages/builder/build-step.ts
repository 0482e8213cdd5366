import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KublerError, type SourcePosition } from '../../errors.ts';
import type { Progress } from '../../model/progress.ts';
import type { ExecSpec, Root, Session } from '../../ports/engine.ts';
import { openStepLog, type StepLog } from './step-log.ts';

/** An open session and what every step in it shares. */
export interface BuildContext {
  readonly session: Session;
  /** What is being built, as messages name it: `acme/jq`, `builder debian`. */
  readonly subject: string;
  /** The folder that is /config. */
  readonly configDir: string;
  /** Folder of the log files, one per step. */
  readonly logDir: string;
  /** Texts that must not reach a log. */
  readonly secrets: readonly string[];
  readonly progress: Progress;
}

export interface StepSpec {
  /** Name of the step and of its log file: `install`. */
  readonly name: string;
  readonly root: Root;
  readonly argv: ExecSpec['argv'];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly stdout?: ExecSpec['stdout'];
  readonly network?: ExecSpec['network'];
  /** Turns the output of a failed command into a better error, or undefined for the general one. */
  readonly explain?: (output: string) => Promise<KublerError | undefined>;
}

/**
 * Runs one command of a build in its container, with a log of its own.
 * @returns its standard output, with `stdout: 'capture'`
 * @throws KublerError `BUILD_COMMAND_FAILED` with the last 40 lines, the log's path and, for a hook, its line
 */
export async function runStep(context: BuildContext, spec: StepSpec): Promise<string> {
  await using log = await openStepLog(join(context.logDir, `${spec.name}.log`), context.secrets);
  const { exitCode, stdout } = await context.session.exec({
    root: spec.root,
    argv: spec.argv,
    log: log.line,
    ...(spec.env && { env: spec.env }),
    ...(spec.stdin !== undefined && { stdin: spec.stdin }),
    ...(spec.stdout && { stdout: spec.stdout }),
    ...(spec.network && { network: spec.network }),
  });
  if (exitCode !== 0)
    throw (
      (await spec.explain?.([stdout, ...log.tail()].join('\n'))) ??
      (await commandFailed(context, spec, exitCode, log))
    );
  return stdout;
}

async function commandFailed(
  context: BuildContext,
  spec: StepSpec,
  exitCode: number,
  log: StepLog,
): Promise<KublerError> {
  const at = await failedLine(context.configDir, log.tail());
  return new KublerError(
    'BUILD_COMMAND_FAILED',
    `cannot build ${context.subject}: ${spec.name} ended with status ${exitCode}`,
    {
      details: log.tail().filter((line) => !line.startsWith(failureMark)),
      logFile: log.file,
      ...(at && { at }),
    },
  );
}

/** What `container/core.sh` prints when a line of build.sh fails. */
const failureMark = 'kubler-failed-at ';

/** The line of build.sh at which a hook failed, if it said so. */
async function failedLine(configDir: string, output: readonly string[]): Promise<SourcePosition | undefined> {
  const [, name, line] = output.find((each) => each.startsWith(failureMark))?.split(' ') ?? [];
  if (name === undefined || line === undefined) return undefined;
  const file = join(configDir, name);
  const text = await readFile(file, 'utf8').catch(() => '');
  return { file, line: Number(line), column: 1, excerpt: text.split('\n')[Number(line) - 1] ?? '' };
}
