import { expect, test } from 'vitest';
import { signalNumber } from '../../../../src/stages/image/index.ts';

test.each([
  ['SIGTERM', 15],
  ['quit', 3],
  ['9', 9],
  ['64', 64],
  ['65', undefined],
  ['0', undefined],
  ['SIGRTMIN', 34],
  ['RTMIN+3', 37],
  ['SIGRTMAX-1', 63],
  ['SIGRTMAX', 64],
  ['RTMIN-1', undefined],
  ['RTMIN+31', undefined],
  ['RTMAX+1', undefined],
  ['SIGNONE', undefined],
  ['', undefined],
])('%s is signal %s', (text, number) => {
  expect(signalNumber(text)).toBe(number);
});
