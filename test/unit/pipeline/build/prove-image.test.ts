import { expect, test } from 'vitest';
import { describeFinding, type Lack } from '../../../../src/model/finding.ts';
import { proveImage, type ProveOptions } from '../../../../src/pipeline/build/prove-image.ts';
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
      'tool CMD runs tool, which no folder of PATH holds [entrypoint] (command tool)',
    ]) as unknown,
  });
});

test('lets pass what PROVE_ALLOW names, of the parent too, and shows it', async () => {
  const rootfs = makeRootfs({ 'usr/bin/a': link('/usr/bin/b') });
  const proveWith = (options: Partial<ProveOptions>) =>
    proveImage(
      'acme/a',
      { rootfs, facts: new Map() },
      {},
      { whoHas: () => Promise.resolve(undefined), ...options },
    );
  const known = await proveWith({ allow: [{ code: 'symlink', glob: '/usr/bin/*', reason: 'made later' }] });
  expect(known).toMatchObject([{ code: 'symlink', severity: 'error', waived: 'made later' }]);
  expect(known.map(describeFinding)).toEqual([
    '/usr/bin/a points to /usr/bin/b, but there is no /usr/bin/b [symlink], waived: made later',
  ]);
  expect(await proveWith({ known })).toEqual(known);
});
