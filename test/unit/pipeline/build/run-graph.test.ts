import { describe, expect, it } from 'vitest';
import { runGraph, type Job } from '../../../../src/pipeline/build/run-graph.ts';

/** Jobs that note when they begin and end. */
function recordingJobs(edges: Readonly<Record<string, readonly string[]>>, failing: readonly string[] = []) {
  const events: string[] = [];
  const jobs: Job[] = Object.entries(edges).map(([name, after]) => ({
    name,
    after,
    run: async () => {
      events.push(`+${name}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (failing.includes(name)) throw new Error(name);
      events.push(`-${name}`);
    },
  }));
  return { events, jobs };
}

const never = new AbortController().signal;

describe('runGraph', () => {
  it('runs each job after all it comes after', async () => {
    const { events, jobs } = recordingJobs({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] });
    await runGraph(jobs, 4, never);
    expect(events.indexOf('-a')).toBeLessThan(events.indexOf('+b'));
    expect(Math.max(events.indexOf('-b'), events.indexOf('-c'))).toBeLessThan(events.indexOf('+d'));
    expect(events.indexOf('+c')).toBeLessThan(events.indexOf('-b'));
  });

  it('never runs more jobs at once than the limit', async () => {
    const { events, jobs } = recordingJobs({ a: [], b: [], c: [], d: [] });
    await runGraph(jobs, 2, never);
    let running = 0;
    let most = 0;
    for (const event of events) most = Math.max(most, (running += event.startsWith('+') ? 1 : -1));
    expect(most).toBe(2);
  });

  it('leaves out what depends on a failure and goes on with the rest', async () => {
    const { events, jobs } = recordingJobs({ a: [], b: ['a'], c: ['b'], d: [] }, ['a']);
    const result = await runGraph(jobs, 1, never);
    expect([...result.failed.keys()]).toEqual(['a']);
    expect(result.notRun).toEqual(['b', 'c']);
    expect(events).toContain('-d');
  });

  it('starts nothing after an abort and waits for what runs', async () => {
    const abort = new AbortController();
    const { events, jobs } = recordingJobs({ a: [], b: [] });
    const running = runGraph(jobs, 1, abort.signal);
    abort.abort();
    expect((await running).notRun).toEqual(['b']);
    expect(events).toEqual(['+a', '-a']);
  });
});
