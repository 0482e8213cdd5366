import { expect, it } from 'vitest';
import { findMissingTools, type PackageUser } from '../../../../src/stages/builder/index.ts';

const own = { packageManager: 'apt', settings: { apt: { keyring: '/keys/own.gpg' } } } as const;

/** What is missing on a host that has these commands alone. */
async function missing(users: readonly PackageUser[], ...commands: readonly string[]) {
  const which = (command: string) =>
    Promise.resolve(commands.includes(command) ? `/usr/bin/${command}` : undefined);
  return (await findMissingTools({ which }, users)).map(({ debianPackage }) => debianPackage);
}

it('needs the tools of its builders only', async () => {
  const indexes = ['gpgv', 'xz-utils'];
  expect(await missing([own])).toEqual(indexes);
  expect(await missing([{ ...own, base: { kind: 'debootstrap' } }])).toEqual([...indexes, 'debootstrap']);
  expect(await missing([{ ...own, base: { kind: 'mmdebstrap' } }])).toEqual([
    ...indexes,
    'mmdebstrap',
    'apt',
  ]);
});

it('needs what unpacks a tarball, by its name', async () => {
  const tarball = (location: string) =>
    missing([{ ...own, base: { kind: 'tarball', location } }], 'gpgv', 'xz');
  expect(await tarball('https://mirror.example/base.tar.zst')).toEqual(['zstd']);
  expect(await tarball('/base.tar.xz')).toEqual([]);
  expect(await tarball('/base.tar.gz')).toEqual([]);
});

it('needs no debootstrap where it can run in a container', async () => {
  const which = () => Promise.resolve(undefined);
  const missing = async (kind: 'debootstrap' | 'mmdebstrap') =>
    (await findMissingTools({ which }, [{ ...own, base: { kind } }], { hasContainers: true })).map(
      ({ tool }) => tool,
    );
  expect(await missing('debootstrap')).toEqual(['gpgv', 'xz']);
  expect(await missing('mmdebstrap')).toContain('mmdebstrap');
});

it('names a tool once', async () => {
  const user = { ...own, base: { kind: 'tarball', location: '/base.tar.xz' } } as const;
  expect(await missing([user, user], 'gpgv')).toEqual(['xz-utils']);
});
