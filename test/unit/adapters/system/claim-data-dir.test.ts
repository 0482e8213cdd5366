import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimDataDir } from '../../../../src/adapters/system/claim-data-dir.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();

it('is not taken by who was killed before its ids were written', async () => {
  const dataDir = join(dir, 'killed');
  await claimDataDir(dataDir, { text: '0:1001\n0:1001' });
  expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
  await truncate(join(dataDir, 'id-map'));
  await expect(claimDataDir(dataDir, { text: '0:0\n0:0' })).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
  });
});

it('of two at once lets in one', async () => {
  const dataDir = join(dir, 'raced');
  const texts = ['0:1001\n0:1001', '0:0\n0:0'];
  const claims = await Promise.allSettled(texts.map((text) => claimDataDir(dataDir, { text })));
  expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

it('lets in whoever has the same ids, and nobody else', async () => {
  const dataDir = join(dir, 'new/data');
  await claimDataDir(dataDir, { text: '0:1001\n0:1001' });
  await claimDataDir(dataDir, { text: '0:1001\n0:1001' });
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  await expect(claimDataDir(dataDir, { text: '0:0\n0:0' })).rejects.toMatchObject({
    code: 'HOST_UNSUPPORTED',
    details: ['made with 0:1001 and 0:1001', 'used with 0:0 and 0:0'],
  });
});
