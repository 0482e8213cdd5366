import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { tidyBase } from '../../../../src/adapters/native/tidy-base.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const dir = useTempDir();

function makeRoot(name: string, files: readonly string[]): string {
  for (const file of files) {
    mkdirSync(dirname(join(dir, name, file)), { recursive: true });
    writeFileSync(join(dir, name, file), 'x');
  }
  return join(dir, name);
}
const filesOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

it('removes what is of the host or of one run, and keeps the rest', async () => {
  const root = makeRoot('base', [
    ...['dev/null', 'dev/pts/0', 'etc/hostname', 'etc/resolv.conf', 'etc/passwd', 'etc/apt/sources.list'],
    ...[
      'etc/apt/sources.list.d/other.sources',
      'var/log/bootstrap.log',
      'var/log/dpkg.log',
      'var/log/lastlog',
    ],
    ...['var/cache/apt/pkgcache.bin', 'var/cache/apt/archives/a.deb', 'var/cache/apt/archives/partial/b.deb'],
    ...['var/lib/apt/lists/InRelease', 'var/lib/apt/extended_states', 'var/cache/ldconfig/aux-cache'],
  ]);
  await tidyBase(root);
  expect(filesOf(root)).toEqual(['b.deb', 'extended_states', 'lastlog', 'other.sources', 'passwd']);
  expect(readdirSync(join(root, 'dev'))).toEqual([]);
});

it('follows no symlink out of the base', async () => {
  makeRoot('host', ['hostname', 'apt/sources.list', 'null']);
  const root = makeRoot('hostile', ['usr/x']);
  symlinkSync(join(dir, 'host'), join(root, 'etc'));
  symlinkSync('../host', join(root, 'dev'));
  await tidyBase(root);
  expect(filesOf(join(dir, 'host'))).toEqual(['hostname', 'null', 'sources.list']);
});
