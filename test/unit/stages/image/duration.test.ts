import { expect, test } from 'vitest';
import { parseDuration } from '../../../../src/stages/image/duration.ts';

test.each([
  ['30s', 30e9],
  ['1m30s', 90e9],
  ['1.5h', 5400e9],
  ['.5s', 5e8],
  ['250ms', 25e7],
  ['10us', 1e4],
  ['3µs', 3000],
  ['0', 0],
  ['0s', 0],
  ['5', undefined],
  ['-5s', undefined],
  ['5 s', undefined],
  ['s', undefined],
  ['1.2.3s', undefined],
  ['9999999h', undefined],
  ['', undefined],
])('%s', (text, nanoseconds) => {
  expect(parseDuration(text)).toBe(nanoseconds);
});
