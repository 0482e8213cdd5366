import { join } from 'node:path';
import { KublerError, KublerErrors, type SourcePosition } from '../../errors.ts';
import type { Progress } from '../../model/progress.ts';
import { saysFullDisk } from '../../model/write-failure.ts';
import type { ExecSpec, Root, Session } from '../../ports/engine.ts';
import { failureMark, locateFailure } from './locate-failure.ts';
import { openStepLog, type StepLog } from './step-log.ts';

/** An open session and what every step in it shares. */
export interface BuildContext {
  readonly session: Session;
  /** What is being built, as messages name it: `acme/jq`, `builder debian`. */
  readonly subject: string;
  /** The folder that is /config. */
  readonly configDir: string;
  /** What build.sh and its hooks get besides the environment of every command. Values may be secret. */
  readonly hookEnv: Readonly<Record<string, string>>;
  /** Folder of the log files, one per step. */
  readonly logDir: string;
  /** Texts that must not reach a log. */
  readonly secrets: readonly string[];
  readonly progress: Progress;
  /** Gets every line of a log too. */
  readonly onLine?: (line: string) => void;
  /** Is waited for when a step has failed, before anything is cleared away. */
  readonly onFailure?: (context: BuildContext, step: StepSpec, error: Error) => Promise<void>;
}

export interface StepSpec {
  /** Name of the step and of its log file: `install`. */
  readonly name: string;
  /** As messages name it, if not by its name. */
  readonly label?: string;
  readonly root: Root;
  readonly argv: ExecSpec['argv'];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly stdout?: ExecSpec['stdout'];
  /** Default `none`: nothing but what hooks and RUN do has a use for one. */
  readonly network?: ExecSpec['network'];
  readonly targetReadOnly?: boolean;
  /** As `ExecSpec` has them. */
  readonly exec?: Pick<ExecSpec, 'cwd' | 'user' | 'inputs' | 'tmpfs'>;
  /** Where it is written. */
  readonly at?: SourcePosition;
  /** Turns the output of a failed command into better errors than the general one, if it can. */
  readonly explain?: (output: string) => Promise<readonly KublerError[]>;
}

interface Failure {
  readonly exitCode: number;
  readonly mark: string | undefined;
  /** The first line that says that the disk is full; dpkg goes on to the next package, and says much more. */
  readonly full: string | undefined;
  readonly log: StepLog;
}

/**
 * Runs one command of a build in its container, with a log of its own.
 * @returns its standard output, with `stdout: 'capture'`
 * @throws KublerError `BUILD_COMMAND_FAILED` with the last 40 lines, the log's path and, for a hook, its line
 */
export async function runStep(context: BuildContext, spec: StepSpec): Promise<string> {
  using log = openStepLog(join(context.logDir, `${spec.name}.log`), context.secrets);
  let mark: string | undefined;
  let full: string | undefined;
  const { exitCode, stdout } = await context.session.exec({
    root: spec.root,
    argv: spec.argv,
    log: (line) => {
      const at = line.indexOf(failureMark);
      if (at >= 0) mark ??= line.slice(at + failureMark.length);
      if (at === 0) return;
      log.line(at < 0 ? line : line.slice(0, at));
      if (saysFullDisk(line)) full ??= log.tail().at(-1);
      context.onLine?.(log.tail().at(-1) ?? '');
    },
    ...(spec.env && { env: spec.env }),
    ...(spec.stdin !== undefined && { stdin: spec.stdin }),
    ...(spec.stdout && { stdout: spec.stdout }),
    network: spec.network ?? 'none',
    ...(spec.targetReadOnly && { targetReadOnly: true }),
    ...spec.exec,
  });
  log.finish();
  if (exitCode === 0) return stdout;
  const error = await explainFailure(context, spec, { exitCode, mark, full, log, stdout });
  await context.onFailure?.(context, spec, error);
  throw error;
}

async function explainFailure(
  context: BuildContext,
  spec: StepSpec,
  failure: Failure & { readonly stdout: string },
): Promise<Error> {
  const faults = (await spec.explain?.([failure.stdout, ...failure.log.tail()].join('\n'))) ?? [];
  const [first] = faults;
  if (!first) return commandFailed(context, spec, failure);
  return faults.length === 1 ? first : new KublerErrors(faults);
}

async function commandFailed(
  context: BuildContext,
  spec: StepSpec,
  { exitCode, mark, full, log }: Failure,
): Promise<KublerError> {
  const at = spec.at ?? (await locateFailure(context.configDir, mark, log.tail()));
  const isTold = full === undefined || log.tail().some(saysFullDisk);
  return new KublerError(
    'BUILD_COMMAND_FAILED',
    `cannot build ${context.subject}: ${spec.label ?? spec.name} ended with status ${exitCode}`,
    {
      details: isTold ? log.tail() : [full, ...log.tail()],
      logFile: log.file,
      ...(at && { at }),
    },
  );
}
