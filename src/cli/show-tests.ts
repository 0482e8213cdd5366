import type { TestResult } from '../model/test-report.ts';

/** `3 passed`, `1 of 3 failed`; empty when there were none. */
export function showTests(results: readonly TestResult[]): string {
  const failed = results.filter(({ passed }) => !passed).length;
  if (failed > 0) return `${failed} of ${results.length} failed`;
  return results.length === 0 ? '' : `${results.length} passed`;
}
