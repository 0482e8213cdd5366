import type { HealthRules } from '../../model/image-tests.ts';

/** One run of a health check. Times in milliseconds since the container started. */
export interface HealthAnswer {
  readonly healthy: boolean;
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface Health {
  /** Healthy answers in a row. */
  readonly streak: number;
  /** Unhealthy answers in a row, as far as they count. */
  readonly failures: number;
  readonly wasHealthy: boolean;
  /** `broken`: it was healthy and then was not, RETRIES times in a row. `late`: it cannot get there in time any more. */
  readonly verdict: 'open' | 'passed' | 'broken' | 'late';
}

/** Before the first answer. */
export const unknownHealth: Health = { streak: 0, failures: 0, wasHealthy: false, verdict: 'open' };

/** Milliseconds after the start at which it is over. */
export const deadlineMs = ({ startPeriod, maxDuration }: HealthRules): number =>
  (startPeriod + maxDuration) * 1000;

/**
 * What an answer makes of a container's health. Every unhealthy answer breaks the streak, but for those of the start
 * period before the first healthy one, which do not count (Dockerfile reference, HEALTHCHECK). Once it was healthy,
 * RETRIES unhealthy answers in a row are the end; before, it has until the deadline. Pure.
 */
export function nextHealth(before: Health, answer: HealthAnswer, rules: HealthRules): Health {
  if (before.verdict !== 'open') return before;
  if (answer.endedMs > deadlineMs(rules)) return { ...before, verdict: 'late' };
  const after = count(before, answer, rules);
  if (after.streak >= rules.minHealthyStreak) return { ...after, verdict: 'passed' };
  if (after.wasHealthy && after.failures >= rules.retries) return { ...after, verdict: 'broken' };
  const missing = rules.minHealthyStreak - after.streak;
  const soonestMs = answer.endedMs + missing * rules.interval * 1000;
  return soonestMs > deadlineMs(rules) ? { ...after, verdict: 'late' } : after;
}

function count(before: Health, { healthy, beganMs }: HealthAnswer, rules: HealthRules): Health {
  if (healthy) return { ...before, streak: before.streak + 1, failures: 0, wasHealthy: true };
  const isExcused = !before.wasHealthy && beganMs < rules.startPeriod * 1000;
  return isExcused ? before : { ...before, streak: 0, failures: before.failures + 1 };
}
