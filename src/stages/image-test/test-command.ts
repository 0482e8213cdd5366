import type { CommandTest, ContainerRules } from '../../model/image-tests.ts';
import type { RunningContainer } from '../../ports/engine.ts';
import { runAlone, runInside, type CommandOptions } from './container.ts';
import { mismatches } from './match-text.ts';
import { openOutput, type Output } from './output.ts';
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
  const tail = openTail(subject.log);
  const output = openOutput(tail.log);
  const options: CommandOptions = {
    ...{ argv: [first, ...rest], rules, workdir: test.workingDir, stdin: test.stdin, log: output.log },
    timeoutMs: (rules.timeout ?? defaultTimeout) * 1000,
  };
  const ending = service ? await runInside(subject, service, options) : await runAlone(subject, options);
  if (typeof ending !== 'number') return { ...ending, output: tail.lines() };
  return toFailure(judge(test, ending, output.texts), tail.lines());
}

const entrypoint = ({ config }: TestSubject, { args = [] }: CommandTest): readonly string[] => [
  ...(config.Entrypoint ?? []),
  ...args,
];

/** What of an ended command is not as it must be. Pure. */
function judge(
  { exitCode = 0, ...wanted }: CommandTest,
  status: number,
  { stdout, stderr }: Output['texts'],
): readonly string[] {
  return [
    ...(status === exitCode ? [] : [`exit status ${status} instead of ${exitCode}`]),
    ...mismatches(stdout, wanted.stdout).map((text) => `stdout ${text}`),
    ...mismatches(stderr, wanted.stderr).map((text) => `stderr ${text}`),
  ];
}
