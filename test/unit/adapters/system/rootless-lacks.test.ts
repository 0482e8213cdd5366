import { join } from 'node:path';
import { expect, it } from 'vitest';
import { closedSettings } from '../../../../src/adapters/system/rootless-lacks.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const dir = useTempDir();

it('names settings of the kernel that forbid user namespaces, and how to change them', async () => {
  const proc = join(dir, 'closed');
  writeTree(proc, {
    'kernel/unprivileged_userns_clone': '0\n',
    'kernel/apparmor_restrict_unprivileged_userns': '1\n',
    'user/max_user_namespaces': '0\n',
  });
  expect((await closedSettings(proc)).map(({ fix }) => fix)).toEqual([
    'sudo sysctl --write kernel.unprivileged_userns_clone=1',
    'sudo sysctl --write user.max_user_namespaces=15000',
    'sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0',
  ]);
});

it('names none that is open or not there', async () => {
  const proc = join(dir, 'open');
  writeTree(proc, { 'kernel/unprivileged_userns_clone': '1\n', 'user/max_user_namespaces': '96365\n' });
  expect(await closedSettings(proc)).toEqual([]);
});
