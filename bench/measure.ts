import { performance } from 'node:perf_hooks';

/** Milliseconds of every round, in order. */
export type Rounds = readonly number[];

export interface Paired {
  /** Median of the rounds' ratios, first to second. */
  readonly ratio: number;
  readonly first: Rounds;
  readonly second: Rounds;
}

/** Runs two works in turns, so that both meet the same noise, after one round that does not count. */
export async function pair(
  rounds: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<Paired> {
  const times: { first: number; second: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    times.push({ first: await elapsedMs(first), second: await elapsedMs(second) });
  }
  const counted = times.slice(1);
  return {
    ratio: median(counted.map((time) => time.first / time.second)),
    first: counted.map((time) => time.first),
    second: counted.map((time) => time.second),
  };
}

/** Milliseconds of each of some rounds of one work, after one that does not count. */
export async function repeat(rounds: number, work: () => Promise<unknown>): Promise<Rounds> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await elapsedMs(work));
  return times;
}

async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The middle value; the lower of two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}
