import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findWorkingDir } from '../../../../src/stages/config/find-working-dir.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const dir = useTempDir();
writeTree(dir, {
  'multi/kubler.config.yaml': '',
  'multi/namespaces/web/kubler.config.yaml': '',
  'multi/namespaces/web/images/x/build.conf': '',
  'original/kubler.conf': '',
  'original/web/kubler.conf': '',
  'original/web/images/x/build.conf': '',
  'original/web/images/x/kubler.conf': '',
  'single/kubler.conf': '',
  'single/images/x/': '',
  'script/kubler.config.yaml': '',
  'script/build.sh': '',
  'none/': '',
});

test.each([
  ['multi', 'multi'],
  ['multi/namespaces', 'multi'],
  ['multi/namespaces/web', 'multi'],
  ['multi/namespaces/web/images/x', 'multi'],
  ['original/web/images/x', 'original'],
  ['original', 'original'],
  ['single/images/x', 'single'],
  ['script', 'script'],
])('from %s it is %s', async (start, found) => {
  expect(await findWorkingDir(join(dir, start))).toBe(join(dir, found));
});

test('without a configuration file there is none, and the hint says how to begin', async () => {
  await expect(findWorkingDir(join(dir, 'none'))).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    hint: 'kubler new namespace NAME',
  });
});

test('a folder that does not exist is told apart', async () => {
  await expect(findWorkingDir(join(dir, 'multi/gone'))).rejects.toMatchObject({
    code: 'CONFIG_NOT_FOUND',
    message: `cannot find a project: there is no folder "${join(dir, 'multi/gone')}"`,
  });
});
