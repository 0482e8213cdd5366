import type { Sha256 } from './digest.ts';

/** What became of one test of an image. */
export interface TestResult {
  /** `build-test.sh`, `health check`, `command: jq --version`, `file: /etc/passwd`, `http: :8080/`. */
  readonly name: string;
  readonly passed: boolean;
  readonly durationMs: number;
  /** Why it failed, in one line. */
  readonly reason?: string;
  /** The end of what the container said, when it failed. */
  readonly output?: readonly string[];
}

/** What became of all tests of an image; kept in its record. */
export interface TestReport {
  /** Hash of what was tested for. */
  readonly key: Sha256;
  readonly results: readonly TestResult[];
}

export const hasFailed = ({ results }: TestReport): boolean => results.some(({ passed }) => !passed);
