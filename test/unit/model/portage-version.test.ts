import { expect, test } from 'vitest';
import { compareVersions, splitName } from '../../../src/model/portage-version.ts';

test.each([
  ['dev-libs/greet-2.0-r1', 'dev-libs/greet', '2.0-r1'],
  ['sys-devel/gcc-13.2.1_p20240210', 'sys-devel/gcc', '13.2.1_p20240210'],
  ['x11-libs/gtk+-3.24.1', 'x11-libs/gtk+', '3.24.1'],
  ['dev-db/foo-2bar-1.0b_alpha1_rc2', 'dev-db/foo-2bar', '1.0b_alpha1_rc2'],
])('splits %s', (text, name, version) => {
  expect(splitName(text)).toEqual({ name, version });
});

test('names without a version, and what is no name, are not split', () => {
  expect(['dev-libs/greet', 'greet-1', 'dev-libs/-MERGING-greet-1.x'].map(splitName)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

/** Package Manager Specification, 3.3: each is less than the next. */
const ascending = [
  ...[
    '0.9',
    '1_alpha',
    '1_alpha2',
    '1_beta',
    '1_pre',
    '1_rc1',
    '1',
    '1-r1',
    '1-r10',
    '1_p',
    '1_p1',
    '1a',
    '1b',
  ],
  ...['1.0', '1.01', '1.010.2', '1.1', '1.2', '1.10', '2', '10', '20240101'],
];

test('orders versions', () => {
  for (let index = 1; index < ascending.length; index++) {
    const [a = '', b = ''] = [ascending[index - 1], ascending[index]];
    expect(compareVersions(a, b), `${a} < ${b}`).toBeLessThan(0);
    expect(compareVersions(b, a), `${b} > ${a}`).toBeGreaterThan(0);
  }
});

test('takes versions that only look different as equal', () => {
  expect(compareVersions('1.2', '1.2-r0')).toBe(0);
  expect(compareVersions('01.10', '1.10')).toBe(0);
});
