import { expect, test } from 'vitest';
import type { HttpAnswer, Prober } from '../../../../src/ports/prober.ts';
import type { TestSubject } from '../../../../src/stages/image-test/index.ts';
import { testService } from '../../../../src/stages/image-test/test-service.ts';

const answer = (status: number): HttpAnswer => ({ status, headers: {}, body: '' });

/** A service whose answers, one each time it is asked, are given; the last stays. Its clock runs only while it sleeps. */
async function results(prober: Partial<Prober>, exited = new Promise<number>(() => undefined)) {
  let now = 0;
  const subject = {
    config: { Cmd: ['/serve'] },
    process: () => ({}),
    log: () => undefined,
    clock: {
      elapsed: () => now,
      sleep: (ms: number) => {
        now += ms;
        return Promise.resolve();
      },
    },
    prober,
    engine: {
      start: () => Promise.resolve({ exited, ports: [], [Symbol.asyncDispose]: () => Promise.resolve() }),
    },
  } as unknown as TestSubject;
  const file = { timeout: 2, ...(prober.accepts ? { ports: [80] } : { http: [{ port: 80 }] }) };
  return (await testService(subject, file)).map(({ passed, reason, durationMs }) => [
    passed,
    durationMs,
    reason,
  ]);
}

/** Each call the next of these; at the end the last. */
const inTurn = <T>(...values: readonly T[]) => {
  const left = [...values];
  return () => Promise.resolve((left.length > 1 ? left.shift() : left[0]) as T);
};

test('what answers otherwise at first is asked again', async () => {
  expect(await results({ request: inTurn(undefined, answer(503), answer(503), answer(200)) })).toEqual([
    [true, 300, undefined],
  ]);
  expect(await results({ accepts: inTurn(false, false, true) })).toEqual([[true, 200, undefined]]);
});

test('the last answer is told when the time is over', async () => {
  expect(await results({ request: inTurn(answer(500), answer(503), undefined) })).toEqual([
    [false, 2000, 'status 503 instead of 200; so it is still after 2 s'],
  ]);
  expect(await results({ request: inTurn(undefined) })).toEqual([
    [false, 2000, 'nothing answers within 2 s'],
  ]);
  expect(await results({ accepts: inTurn(false) })).toEqual([[false, 2000, 'nothing answers within 2 s']]);
});

test('nothing is asked again once the process has ended', async () => {
  expect(await results({ request: inTurn(answer(503)) }, Promise.resolve(3))).toEqual([
    [false, 0, "status 503 instead of 200; the image's own process has ended with status 3"],
  ]);
});
