import type { Rounds } from './measure.ts';
import type { BenchProject } from './project.ts';

/** One line of the table: some work, what it is held against, and what came of it. */
export interface Row {
  readonly name: string;
  readonly work: string;
  readonly against: string;
  /** The most that is good enough, in `unit`. */
  readonly goal: number;
  readonly unit: 'ratio' | 'seconds' | 'MB';
  /** Programs of the host it cannot do without. */
  readonly needs: readonly string[];
  readonly measure: (project: BenchProject, rounds: number) => Promise<Measured>;
}

export interface Measured {
  /** In the row's unit. */
  readonly value: number;
  /** Milliseconds of Kubler's rounds, and of its peer's. */
  readonly kubler?: Rounds;
  readonly peer?: Rounds;
}
