import type { CommandTest, ContainerRules } from '../../model/image-tests.ts';
import type { ExecResult, RunningContainer } from '../../ports/engine.ts';
import { startIdle, tryCommand } from './container.ts';
import { mismatches } from './match-text.ts';
import { openTail, toFailure, type Failure } from './run-test.ts';
import type { TestSubject } from './test-subject.ts';

/** Seconds a test may take when nothing is said. */
export const defaultTimeout = 30;

/** What reports call a command: by its name, else by its words. */
export function commandName(
  { config }: Pick<TestSubject, 'config'>,
  { name, run, args = [] }: CommandTest,
): string {
  if (name !== undefined) return `command: ${name}`;
  const words =
    run === undefined ? [...(config.Entrypoint?.length ? ['(entrypoint)'] : []), ...args] : wordsOf(run);
  return `command: ${words.join(' ')}`;
}

const wordsOf = (run: string | readonly string[]): readonly string[] =>
  typeof run === 'string' ? run.trim().split(/\s+/) : run;

/** Runs a command in a container of its own, or in `service`, and judges it. `shared`: the rules of the whole file. */
export async function testCommand(
  subject: TestSubject,
  shared: ContainerRules,
  test: CommandTest,
  service?: RunningContainer,
): Promise<Failure | undefined> {
  const rules = { ...shared, ...test, env: { ...shared.env, ...test.env } };
  const [first, ...rest] = test.run === undefined ? entrypoint(subject, test) : wordsOf(test.run);
  if (first === undefined) return { reason: 'there is nothing to run: the image has no ENTRYPOINT' };
  const run = (container: RunningContainer) =>
    execute(subject, container, rules, { ...test, argv: [first, ...rest] });
  if (service) return run(service);
  await using container = await startIdle(subject, { rules, log: subject.log });
  return await run(container);
}

const entrypoint = ({ config }: TestSubject, { args = [] }: CommandTest): readonly string[] => [
  ...(config.Entrypoint ?? []),
  ...args,
];

async function execute(
  subject: TestSubject,
  container: RunningContainer,
  rules: ContainerRules,
  test: CommandTest & { readonly argv: readonly [string, ...string[]] },
): Promise<Failure | undefined> {
  const errors: string[] = [];
  const tail = openTail(subject.log);
  const timeoutMs = (rules.timeout ?? defaultTimeout) * 1000;
  const { uid, gid, additionalGids, cwd } = subject.process(rules);
  const startedAt = subject.clock.now();
  const result = await tryCommand(container, {
    ...{ argv: test.argv, uid, gid, additionalGids, timeoutMs, cwd: test.workingDir ?? cwd },
    env: rules.env ?? {},
    stdin: test.stdin ?? '',
    stdout: 'capture',
    log: (line) => {
      errors.push(line);
      tail.log(line);
    },
  });
  if ('reason' in result) return result;
  for (const line of result.stdout.split('\n').slice(-50)) tail.log(line);
  const isLate = result.exitCode === 137 && subject.clock.now() - startedAt >= timeoutMs;
  const reasons = isLate ? [`it was still running after ${timeoutMs / 1000} s`] : judge(test, result, errors);
  return toFailure(reasons, tail.lines());
}

/** What of an ended command is not as it must be. Pure. */
export function judge(test: CommandTest, result: ExecResult, errors: readonly string[]): readonly string[] {
  const { exitCode = 0 } = test;
  return [
    ...(result.exitCode === exitCode ? [] : [`exit status ${result.exitCode} instead of ${exitCode}`]),
    ...mismatches(result.stdout, test.stdout).map((text) => `stdout ${text}`),
    ...mismatches(errors.join('\n'), test.stderr).map((text) => `stderr ${text}`),
  ];
}
