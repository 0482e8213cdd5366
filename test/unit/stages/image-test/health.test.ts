import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HealthRules } from '../../../../src/model/image-tests.ts';
import {
  deadlineMs,
  nextHealth,
  unknownHealth,
  type Health,
} from '../../../../src/stages/image-test/health.ts';

const defaults: HealthRules = {
  ...{ maxDuration: 30, interval: 5, timeout: 5, startPeriod: 3, retries: 3, minHealthyStreak: 5 },
};

/** Answers that take no time, one every interval, from the first interval on: `+` healthy, `-` not. */
function ask(answers: string, rules: HealthRules = defaults): Health {
  return Array.from(answers).reduce((health, answer, index) => {
    const atMs = (index + 1) * rules.interval * 1000;
    return nextHealth(health, { healthy: answer === '+', beganMs: atMs, endedMs: atMs }, rules);
  }, unknownHealth);
}

describe('with the defaults', () => {
  test('five healthy answers pass, four do not yet', () => {
    expect(ask('++++')).toMatchObject({ streak: 4, verdict: 'open' });
    expect(ask('+++++')).toMatchObject({ streak: 5, verdict: 'passed' });
  });

  test('there is time for one unhealthy answer at the beginning, and for no second one', () => {
    expect(ask('-+++++').verdict).toBe('passed');
    expect(ask('--').verdict).toBe('late');
  });

  test('an unhealthy answer breaks the streak', () => {
    expect(ask('+++-')).toMatchObject({ streak: 0, verdict: 'late' });
    const patient = { ...defaults, maxDuration: 300 };
    expect(ask('++++-++++', patient)).toMatchObject({ streak: 4, verdict: 'open' });
    expect(ask('++++-+++++', patient).verdict).toBe('passed');
  });
});

describe('RETRIES', () => {
  const patient = { ...defaults, maxDuration: 300 };

  test('so many unhealthy answers in a row, once it was healthy, are the end', () => {
    expect(ask('+--', patient).verdict).toBe('open');
    expect(ask('+---', patient)).toMatchObject({ failures: 3, verdict: 'broken' });
    expect(ask('+--+--', patient).verdict).toBe('open');
  });

  test('do not end what is slow to start', () => {
    expect(ask('----------+++++', patient).verdict).toBe('passed');
  });
});

describe('the start period', () => {
  const slow = { ...defaults, interval: 1, startPeriod: 10, maxDuration: 10 };

  test('excuses unhealthy answers until the first healthy one', () => {
    expect(ask('---------', slow)).toMatchObject({ failures: 0, verdict: 'open' });
    expect(ask('-----------', slow)).toMatchObject({ failures: 2, verdict: 'open' });
    expect(ask('++---', slow).verdict).toBe('broken');
  });
});

test('an answer after the deadline does not count', () => {
  const health = ask('++++');
  const late = deadlineMs(defaults) + 1;
  expect(nextHealth(health, { healthy: true, beganMs: 25_000, endedMs: late }, defaults).verdict).toBe(
    'late',
  );
});

const rules = fc.record({
  ...{ maxDuration: fc.integer({ min: 1, max: 60 }), interval: fc.integer({ min: 1, max: 10 }) },
  ...{ timeout: fc.constant(5), startPeriod: fc.integer({ min: 0, max: 20 }) },
  ...{ retries: fc.integer({ min: 1, max: 5 }), minHealthyStreak: fc.integer({ min: 1, max: 8 }) },
});
const answers = fc.string({ unit: fc.constantFrom('+', '+', '+', '-'), maxLength: 70 });

describe('whatever is answered', () => {
  test('it passes exactly when so many healthy answers in a row come in time and before it breaks', () => {
    fc.assert(
      fc.property(answers, rules, (text, given) => {
        const inTime = text.slice(0, Math.floor(deadlineMs(given) / 1000 / given.interval));
        const streakAt = inTime.indexOf('+'.repeat(given.minHealthyStreak));
        const firstHealthy = inTime.indexOf('+');
        const brokenAt = firstHealthy < 0 ? -1 : inTime.indexOf('-'.repeat(given.retries), firstHealthy);
        const passes = streakAt >= 0 && (brokenAt < 0 || streakAt < brokenAt);
        expect(ask(text, given).verdict === 'passed').toBe(passes);
      }),
    );
  });

  test('a verdict is final, and given no later than the deadline', () => {
    fc.assert(
      fc.property(answers, answers, rules, (text, more, given) => {
        const health = ask(text, given);
        if (health.verdict !== 'open') expect(ask(text + more, given)).toEqual(health);
        if (text.length * given.interval * 1000 > deadlineMs(given)) expect(health.verdict).not.toBe('open');
      }),
    );
  });
});
