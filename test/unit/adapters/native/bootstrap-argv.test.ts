import { expect, it } from 'vitest';
import { bootstrapArgv } from '../../../../src/adapters/native/bootstrap-argv.ts';

const mirror = {
  suite: 'bookworm',
  components: ['main', 'contrib'],
  mirrorDir: '/data/tmp/mirror',
  keyring: '/data/keys.gpg',
  epoch: 1,
};

it('debootstrap checks the signature of the local mirror', () => {
  expect(bootstrapArgv({ kind: 'debootstrap', ...mirror }, '/root')).toEqual([
    'debootstrap',
    '--variant=minbase',
    '--keyring=/data/keys.gpg',
    '--components=main,contrib',
    'bookworm',
    '/root',
    'file:///data/tmp/mirror',
  ]);
});

it('mmdebstrap does so too', () => {
  const argv = bootstrapArgv({ kind: 'mmdebstrap', ...mirror }, '/root');
  expect(argv.slice(-3)).toEqual([
    'bookworm',
    '/root',
    'deb [signed-by=/data/keys.gpg] copy:///data/tmp/mirror bookworm main contrib',
  ]);
});

it('a tarball is unpacked with owners, modes and attributes, without devices', () => {
  const argv = bootstrapArgv({ kind: 'tarball', hostFile: '/data/base.tar.xz' }, '/root');
  expect(argv).toEqual(
    expect.arrayContaining([
      '--file=/data/base.tar.xz',
      '--numeric-owner',
      '--xattrs-include=*',
      '--exclude=./dev/*',
    ]),
  );
});
