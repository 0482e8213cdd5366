import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDebVersions } from '../../../../../../src/stages/builder/package-managers/apt/deb-version.ts';

test.each([
  ['1.0', '1.0', 0],
  ['1.0~rc1', '1.0', -1],
  ['1.0~~', '1.0~', -1],
  ['1.9', '1.10', -1],
  ['1.0-1', '1.0-1+deb12u1', -1],
  ['1.0-1', '1.0-1~bpo12+1', 1],
  ['2:1.0', '10.0', 1],
  ['0:1', '1', 0],
  ['1.0-0', '1.0', 0],
  ['1.002', '1.2', 0],
  ['1.0a', '1.0+', -1],
  ['1a', '1', 1],
  ['a1', '1', 1],
  ['1-2-3', '1-2-10', -1],
  ['99999999999999999999', '100000000000000000000', -1],
])('%s against %s is %i', (a, b, expected) => {
  expect(Math.sign(compareDebVersions(a, b))).toBe(expected);
  expect(Math.sign(compareDebVersions(b, a))).toBe(0 - expected);
});

const version = fc.stringMatching(/^([0-2]:)?[0-9][0-9a-b.+~]{0,6}(-[0-9a-b.+~]{1,3})?$/);

test('the order is total', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareDebVersions(a, b))).toBe(0 - Math.sign(compareDebVersions(b, a)));
      if (compareDebVersions(a, b) <= 0 && compareDebVersions(b, c) <= 0) {
        expect(compareDebVersions(a, c)).toBeLessThanOrEqual(0);
      }
    }),
    { numRuns: 2000 },
  );
});
