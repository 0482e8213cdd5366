import { expect, it } from 'vitest';
import { compareApkVersions } from '../../../../../../src/stages/builder/package-managers/apk/apk-version.ts';

// In the order that `apk version -t` of apk 2.14 and 3.0 says.
it('orders versions as apk does', () => {
  const ordered = [
    ...['0.9', '1.0_alpha', '1.0_alpha1', '1.0_beta', '1.0_pre3', '1.0_rc1-r5', '1.0', '1.0-r1', '1.0-r10'],
    ...['1.0_git20240101', '1.0_p1', '1.0a', '1.0.1', '1.2', '1.10', '10'],
  ];
  const mixed = [...ordered].sort().reverse();
  expect(mixed.sort(compareApkVersions)).toEqual(ordered);
});
