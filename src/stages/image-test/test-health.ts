import type { HealthRules } from '../../model/image-tests.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import type { HealthReport, RunningContainer } from '../../ports/engine.ts';
import { looseRules, nothingToStart, ownProcess, runInside, startContainer } from './container.ts';
import { deadlineMs, nextHealth, unknownHealth, type Health } from './health.ts';
import { openTail, type Failure, type Tail } from './run-test.ts';
import type { TestSubject } from './test-subject.ts';

/** Starts the image and runs its HEALTHCHECK until it has passed, or cannot pass any more. */
export async function testHealth(subject: TestSubject, rules: HealthRules): Promise<Failure | undefined> {
  const argv = healthCommand(subject.config);
  if (!argv) return { reason: 'POST_BUILD_HC asks for a health check, and the image has no HEALTHCHECK' };
  const own = ownProcess(subject.config);
  if (own.length === 0) return nothingToStart;
  const tail = openTail(subject.log);
  await using container = await startContainer(subject, {
    rules: looseRules,
    argv: own,
    log: tail.log,
    health: { argv, intervalMs: rules.interval * 1000, timeoutMs: rules.timeout * 1000 },
  });
  return await watch(subject, { rules, argv, container, tail });
}

/** The command of a HEALTHCHECK (Dockerfile reference); undefined for none. */
export function healthCommand({
  Healthcheck,
  Shell,
}: RuntimeConfig): readonly [string, ...string[]] | undefined {
  const [kind, ...words] = Healthcheck?.Test ?? [];
  const shell = Shell ?? ['/bin/sh', '-c'];
  const [first, ...rest] = kind === 'CMD' ? words : kind === 'CMD-SHELL' ? [...shell, ...words] : [];
  return first === undefined ? undefined : [first, ...rest];
}

interface Patient {
  readonly rules: HealthRules;
  readonly argv: readonly [string, ...string[]];
  readonly container: RunningContainer;
  readonly tail: Tail;
}

async function watch(subject: TestSubject, patient: Patient): Promise<Failure | undefined> {
  const { rules, container, tail } = patient;
  const { clock } = subject;
  const startedAt = clock.elapsed();
  let health = unknownHealth;
  let last = 'there was none';
  for await (const answer of container.health ? reported(container.health, tail) : ask(subject, patient)) {
    last = answer.reason;
    const endedMs = clock.elapsed() - startedAt;
    health = nextHealth(health, { ...answer, beganMs: endedMs - answer.tookMs, endedMs }, rules);
    if (health.verdict !== 'open') break;
  }
  if (health.verdict === 'passed') return undefined;
  return health.verdict === 'open'
    ? {
        reason: `the image's own process has ended with status ${await container.exited}`,
        output: tail.lines(),
      }
    : { reason: explain(health, rules, last), output: tail.lines() };
}

/** An answer as it is counted. */
interface Answer {
  readonly healthy: boolean;
  readonly reason: string;
  readonly tookMs: number;
}

/** What an engine that asks by itself hears. */
async function* reported(
  reports: AsyncIterable<HealthReport>,
  tail: Tail,
): AsyncGenerator<Answer, void, undefined> {
  for await (const { exitCode, output, tookMs } of reports) {
    for (const line of output.split('\n').filter(Boolean)) tail.log(line);
    yield { healthy: exitCode === 0, reason: `exit status ${exitCode}`, tookMs };
  }
}

/** Asks until the container has ended. */
async function* ask(
  subject: TestSubject,
  { container, argv, rules, tail }: Patient,
): AsyncGenerator<Answer, void, undefined> {
  const { clock } = subject;
  const stop = new AbortController();
  const ended = container.exited.then(() => {
    stop.abort();
    return true;
  });
  // Whether anyone still waits for it or not.
  ended.catch(() => undefined);
  const options = { argv, rules: looseRules, timeoutMs: rules.timeout * 1000, log: tail.log };
  while (!(await Promise.race([ended, clock.sleep(rules.interval * 1000, stop.signal)]))) {
    const beganAt = clock.elapsed();
    const ending = await runInside(subject, container, options);
    const tookMs = clock.elapsed() - beganAt;
    yield typeof ending === 'number'
      ? { healthy: ending === 0, reason: `exit status ${ending}`, tookMs }
      : { healthy: false, reason: ending.reason, tookMs };
  }
}

function explain({ verdict, failures }: Health, rules: HealthRules, last: string): string {
  return verdict === 'broken'
    ? `it was healthy, and then was not ${failures} times in a row; the last answer: ${last}`
    : `not ${rules.minHealthyStreak} healthy answers in a row within ${deadlineMs(rules) / 1000} s; the last answer: ${last}`;
}
