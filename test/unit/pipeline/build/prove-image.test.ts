import { expect, test } from 'vitest';
import type { Lack } from '../../../../src/model/finding.ts';
import { proveImage } from '../../../../src/pipeline/build/prove-image.ts';
import { link, makeRootfs } from '../../../support/make-rootfs.ts';

test.each([
  ['a link in a circle, which no package mends', 'usr/bin/a', undefined],
  ['a link to nothing', 'usr/bin/b', expect.stringContaining('_packages') as string],
])('%s: the hint', async (_title, target, hint) => {
  const rootfs = makeRootfs({ 'usr/bin/a': link(`/${target}`) });
  const proving = proveImage(
    'acme/a',
    { rootfs, facts: new Map() },
    {},
    { whoHas: () => Promise.resolve(undefined) },
  );
  await expect(proving).rejects.toMatchObject({ code: 'PROVE_FAILED', hint });
});

test('says which package would bring what is missing', async () => {
  const rootfs = makeRootfs({ 'usr/bin/a': link('/usr/bin/b') });
  const config = { Cmd: ['tool'] };
  const whoHas = (lack: Lack) => Promise.resolve(`${lack.kind} ${lack.name}`);
  await expect(proveImage('acme/a', { rootfs, facts: new Map() }, config, { whoHas })).rejects.toMatchObject({
    details: expect.arrayContaining([
      'tool CMD runs tool, which no folder of PATH holds (command tool)',
    ]) as unknown,
  });
});
