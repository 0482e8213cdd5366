import { setTimeout as sleep } from 'node:timers/promises';
import type { HealthCheck, HealthReport } from '../../ports/engine.ts';
import type { DockerHost } from './host.ts';
import { readContainer } from './read-container.ts';

/** Docker keeps the last five answers: it is looked at them at least this often, in ms. */
const longestPauseMs = 500;

/** The answers a container gives to the daemon that asks it, as they come, until it has ended. */
export async function* healthReports(
  host: DockerHost,
  id: string,
  { intervalMs }: HealthCheck,
  exited: Promise<unknown>,
): AsyncGenerator<HealthReport, void, undefined> {
  const over = new AbortController();
  const end = (): void => over.abort();
  exited.then(end, end);
  let last = -Infinity;
  for (;;) {
    await sleep(Math.min(intervalMs / 2, longestPauseMs), undefined, { signal: over.signal }).catch(
      () => undefined,
    );
    if (over.signal.aborted) return;
    for (const { Start, End, ExitCode, Output } of (await readContainer(host, id)).State.Health?.Log ?? []) {
      const [began, ended] = [Date.parse(Start), Date.parse(End)];
      if (began <= last) continue;
      last = began;
      yield { exitCode: ExitCode, output: Output, tookMs: ended - began };
    }
  }
}
