import type { HealthRules } from '../../model/image-tests.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import type { RunningContainer } from '../../ports/engine.ts';
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
  const stop = new AbortController();
  const ended = container.exited.then((status) => {
    stop.abort();
    return { status };
  });
  let health = unknownHealth;
  let last = 'there was none';
  while (health.verdict === 'open') {
    const end = await Promise.race([ended, clock.sleep(rules.interval * 1000, stop.signal)]);
    if (end)
      return { reason: `the image's own process has ended with status ${end.status}`, output: tail.lines() };
    const beganMs = clock.elapsed() - startedAt;
    const answer = await examine(subject, patient);
    last = answer.reason;
    const endedMs = clock.elapsed() - startedAt;
    health = nextHealth(health, { healthy: answer.healthy, beganMs, endedMs }, rules);
  }
  return health.verdict === 'passed'
    ? undefined
    : { reason: explain(health, rules, last), output: tail.lines() };
}

async function examine(
  subject: TestSubject,
  { container, argv, rules, tail }: Patient,
): Promise<{ healthy: boolean; reason: string }> {
  const options = { argv, rules: looseRules, timeoutMs: rules.timeout * 1000, log: tail.log };
  const ending = await runInside(subject, container, options);
  if (typeof ending !== 'number') return { healthy: false, reason: ending.reason };
  return { healthy: ending === 0, reason: `exit status ${ending}` };
}

function explain({ verdict, failures }: Health, rules: HealthRules, last: string): string {
  return verdict === 'broken'
    ? `it was healthy, and then was not ${failures} times in a row; the last answer: ${last}`
    : `not ${rules.minHealthyStreak} healthy answers in a row within ${deadlineMs(rules) / 1000} s; the last answer: ${last}`;
}
