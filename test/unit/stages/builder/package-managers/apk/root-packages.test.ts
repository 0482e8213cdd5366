import { expect, it } from 'vitest';
import { parseApkIndex } from '../../../../../../src/stages/builder/package-managers/apk/parse-index.ts';
import { rootPackages } from '../../../../../../src/stages/builder/package-managers/apk/root-packages.ts';

const packages = (...blocks: readonly string[]): readonly string[] =>
  rootPackages(parseApkIndex(blocks.map((block) => `C:Q1x${block}\nV:1\n${block}`).join('\n\n')));

it('are a shell and accounts, as far as there are any', () => {
  expect(packages('P:musl')).toEqual([]);
  expect(packages('P:dash\np:/bin/sh', 'P:busybox\np:/bin/sh cmd:sh=1', 'P:alpine-baselayout')).toEqual([
    'alpine-baselayout',
    'busybox',
  ]);
  expect(packages('P:bash\np:/bin/sh')).toEqual(['bash']);
});

it('leave the choice of the shell to apk where it can make one', () => {
  expect(packages('P:busybox', 'P:busybox-binsh\np:/bin/sh\nk:60', 'P:dash-binsh\np:/bin/sh\nk:50')).toEqual([
    '/bin/sh',
  ]);
});
