import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createProcessRunner } from '../../../../src/adapters/system/process-runner.ts';
import { readForeignArchive } from '../../../../src/stages/rootfs/index.ts';
import { member, tarOf } from '../../../support/tar.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();
const runner = createProcessRunner({ signal: new AbortController().signal });

function read(name: string, bytes: Buffer, maxBytes: number) {
  const [hostFile, plainFile] = [join(dir, name), join(dir, `${name}.plain`)];
  writeFileSync(hostFile, bytes);
  const limits = { maxMembers: 10, maxBytes };
  const work = readForeignArchive({ hostFile, plainFile, runner, limits });
  return { work, written: () => (existsSync(plainFile) ? statSync(plainFile).size : 0) };
}

it('unpacks up to the limit', async () => {
  const tar = await tarOf(member({ path: 'file', text: 'x' }));
  const { work } = read('small.tar.gz', gzipSync(tar), tar.length);
  expect([...((await work) ?? new Map()).keys()]).toEqual(['file']);
});

it('stops while it unpacks, be it a tar archive or not', async () => {
  const limit = 1024 * 1024;
  const { work, written } = read('bomb.gz', gzipSync(Buffer.alloc(64 * limit)), limit);
  await expect(work).rejects.toMatchObject({
    code: 'ROOTFS_INVALID',
    message: `cannot read tar archive: it has more than ${limit} bytes (maxBytes)`,
  });
  expect(written()).toBeLessThanOrEqual(limit);
});
