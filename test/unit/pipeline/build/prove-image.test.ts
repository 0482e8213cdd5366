import { expect, test } from 'vitest';
import { proveImage } from '../../../../src/pipeline/build/prove-image.ts';
import { link, makeRootfs } from '../../../support/make-rootfs.ts';

test.each([
  ['a link in a circle, which no package mends', 'usr/bin/a', undefined],
  ['a link to nothing', 'usr/bin/b', expect.stringContaining('_packages') as string],
])('%s: the hint', (_title, target, hint) => {
  const rootfs = makeRootfs({ 'usr/bin/a': link(`/${target}`) });
  const prove = () => proveImage('acme/a', { rootfs, facts: new Map() }, {});
  expect(prove).toThrow(expect.objectContaining({ code: 'PROVE_FAILED', hint }) as Error);
});
