import { KublerError } from '../../errors.ts';
import type { TestResult } from '../../model/test-report.ts';
import type { TestSubject } from './test-subject.ts';

/** Why a test failed. */
export interface Failure {
  readonly reason: string;
  /** The end of what the container said. */
  readonly output?: readonly string[];
}

/** Runs one test and takes its time. What is wrong with the image fails it; all other errors are passed on. */
export async function runTest(
  name: string,
  { clock, log }: Pick<TestSubject, 'clock' | 'log'>,
  work: () => Promise<Failure | undefined>,
): Promise<TestResult> {
  log(`=== ${name}`);
  const startedAt = clock.elapsed();
  const failure = await work().catch(asFailure);
  log(failure === undefined ? '=== passed' : `=== failed: ${failure.reason}`);
  return { name, passed: failure === undefined, durationMs: clock.elapsed() - startedAt, ...failure };
}

function asFailure(error: unknown): Failure {
  if (error instanceof KublerError && error.code === 'IMAGE_INVALID') return { reason: error.message };
  throw error;
}

/** A failure of all reasons; undefined when there is none. */
export const toFailure = (reasons: readonly string[], output: readonly string[] = []): Failure | undefined =>
  reasons.length === 0 ? undefined : { reason: reasons.join('; '), ...(output.length > 0 && { output }) };

/** The last lines of what passes through. */
export interface Tail {
  readonly log: (line: string) => void;
  readonly lines: () => readonly string[];
}

const tailLength = 20;
const maxLineChars = 4096;

/** Passes lines on to `log` and remembers the last ones. */
export function openTail(log: (line: string) => void): Tail {
  const last: string[] = [];
  return {
    log: (line) => {
      last.push(line.slice(0, maxLineChars));
      if (last.length > tailLength) last.shift();
      log(line);
    },
    lines: () => [...last],
  };
}
