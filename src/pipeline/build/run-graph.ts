/** A piece of work and what must be done before it. */
export interface Job {
  readonly name: string;
  readonly after: readonly string[];
  readonly run: () => Promise<void>;
}

export interface GraphResult {
  /** Job → what it threw. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** Jobs not run because one they come after failed, or because of an interruption. */
  readonly notRun: readonly string[];
}

/**
 * Runs jobs, at most `limit` at once, each when all it comes after is done. A failure stops what depends on it and
 * nothing else; an abort starts nothing more.
 */
export async function runGraph(
  jobs: readonly Job[],
  limit: number,
  signal: AbortSignal,
): Promise<GraphResult> {
  const waiting = new Map(jobs.map((job) => [job.name, job]));
  const running = new Map<string, Promise<void>>();
  const done = new Set<string>();
  const failed = new Map<string, unknown>();
  const isReady = (job: Job): boolean => job.after.every((name) => done.has(name));

  while (!signal.aborted || running.size > 0) {
    for (const job of waiting.values()) {
      if (running.size >= limit || signal.aborted) break;
      if (!isReady(job)) continue;
      waiting.delete(job.name);
      const run = job
        .run()
        .then(
          () => void done.add(job.name),
          (error: unknown) => void failed.set(job.name, error),
        )
        .finally(() => running.delete(job.name));
      running.set(job.name, run);
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return { failed, notRun: [...waiting.keys()] };
}
