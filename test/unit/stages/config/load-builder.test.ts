import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuilderDefinition } from '../../../../src/model/project.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();
const sha256 = 'ab'.repeat(32);

async function load(buildConf: string): Promise<BuilderDefinition | undefined> {
  const dir = mkdtempSync(join(temp, 't'));
  writeTree(dir, { 'kubler.config.yaml': '', 'builders/b/build.conf': buildConf });
  return (await loadTestProject(dir)).builders.get('b');
}

test.each([
  ['debootstrap:bookworm', { kind: 'debootstrap', suite: 'bookworm' }],
  ['mmdebstrap:trixie', { kind: 'mmdebstrap', suite: 'trixie' }],
])('BUILDER_BASE=%s', async (base, expected) => {
  expect(await load(`PACKAGE_MANAGER=apt\nBUILDER_BASE='${base}'\n`)).toMatchObject({
    name: 'b',
    packageManager: 'apt',
    base: expected,
    extends: undefined,
  });
});

test.each([
  ['https://example.org/root.tar.xz', 'https://example.org/root.tar.xz'],
  ['/srv/root.tar', '/srv/root.tar'],
])('a tarball at %s', async (location, expected) => {
  const builder = await load(
    `BUILDER_BASE='tarball:${location}'\nBUILDER_BASE_SHA256='${sha256.toUpperCase()}'\nBUILDER_SUITE=bookworm\n`,
  );
  expect(builder?.base).toEqual({ kind: 'tarball', suite: 'bookworm', location: expected, sha256 });
});

test.each(['debian', 'debian:12-slim', 'registry.example:5000/team/debian@sha256:12ab', 'sha256:12ab'])(
  'the image %s',
  async (reference) => {
    const builder = await load(`BUILDER_BASE='image:${reference}'\nBUILDER_SUITE=bookworm\n`);
    expect(builder?.base).toEqual({ kind: 'image', suite: 'bookworm', reference });
  },
);

test('a tarball’s path is relative to the builder', async () => {
  const builder = await load(
    `BUILDER_BASE='tarball:root.tar'\nBUILDER_BASE_SHA256='${sha256}'\nBUILDER_SUITE=sid\n`,
  );
  expect(builder?.base).toMatchObject({ location: join(builder?.dir ?? '', 'root.tar') });
});

test('a stage3 tarball is a base of Portage, an original builder that names both included', async () => {
  const text = "STAGE3_BASE='stage3-amd64-openrc'\nSTAGE3_DATE='20250427T164733Z'\nBUILDER=kubler/bob\n";
  expect(await load(text)).toMatchObject({
    packageManager: 'portage',
    base: { kind: 'stage3', suite: '20250427T164733Z', name: 'stage3-amd64-openrc', url: undefined },
    extends: undefined,
  });
});

test('a tarball for apk need not say of which release it is', async () => {
  const text = `PACKAGE_MANAGER=apk\nBUILDER_BASE=tarball:/x.tar\nBUILDER_BASE_SHA256=${sha256}\n`;
  expect(await load(text)).toMatchObject({ packageManager: 'apk', base: { suite: 'apk' } });
});

test('a builder may extend another one', async () => {
  const builder = await load("BUILDER='web/fat'\n");
  expect(builder).toMatchObject({ extends: 'web/fat', base: undefined });
  expect(builder?.positions?.get('BUILDER')).toMatchObject({ line: 1, column: 9 });
});

const base = "BUILDER_BASE='debootstrap:bookworm'";

test.each([
  ['', 'cannot load builder "b": its build.conf sets no BUILDER_BASE'],
  [
    `${base}\nBUILDER=debian`,
    '2:9 cannot use BUILDER="debian" of builder "b": the builder has a BUILDER_BASE too',
  ],
  [
    `${base}\nPACKAGE_MANAGER=apk`,
    '1:14 cannot use BUILDER_BASE="debootstrap:bookworm" of builder "b": debootstrap makes bases with apt, and PACKAGE_MANAGER is apk',
  ],
  [
    `${base}\nPACKAGE_MANAGER=dnf`,
    '2:17 cannot use PACKAGE_MANAGER="dnf" of builder "b": it must be "apt" or "apk" or "portage"',
  ],
  [
    'STAGE3_BASE=stage3-amd64',
    '1:13 cannot use STAGE3_BASE="stage3-amd64" of builder "b": STAGE3_DATE does not say of which date',
  ],
  [
    'STAGE3_BASE=stage3-amd64\nSTAGE3_DATE=today',
    '2:13 cannot use STAGE3_DATE="today" of builder "b": it must be a date as in the name of the tarball, 20250427T164733Z, or latest',
  ],
  [
    'STAGE3_BASE=stage3-amd64\nSTAGE3_DATE=20240101\nPACKAGE_MANAGER=apt',
    '3:17 cannot use PACKAGE_MANAGER="apt" of builder "b": the builder starts from STAGE3_BASE, which has portage',
  ],
  [
    'BUILDER_BASE=image:debian',
    '1:14 cannot use BUILDER_BASE="image:debian" of builder "b": BUILDER_SUITE does not say which Debian release is in the image',
  ],
  [
    "BUILDER_BASE='image:-x y'",
    '1:14 cannot use BUILDER_BASE="image:-x y" of builder "b": after image: must be what Docker or Podman calls it, such as debian:12-slim',
  ],
  [
    'BUILDER_BASE=bookworm',
    '1:14 cannot use BUILDER_BASE="bookworm" of builder "b": it must be debootstrap:SUITE, mmdebstrap:SUITE, tarball:ADDRESS-OR-PATH or image:REFERENCE',
  ],
  [
    "BUILDER_BASE='debootstrap:--foreign'",
    '1:14 cannot use BUILDER_BASE="debootstrap:--foreign" of builder "b": it must be debootstrap:SUITE, mmdebstrap:SUITE, tarball:ADDRESS-OR-PATH or image:REFERENCE',
  ],
  [
    'BUILDER_BASE=tarball:x.tar\nBUILDER_SUITE=sid',
    '1:14 cannot use BUILDER_BASE="tarball:x.tar" of builder "b": a tarball needs its checksum',
  ],
  [
    'BUILDER_BASE=tarball:x.tar\nBUILDER_BASE_SHA256=abc\nBUILDER_SUITE=sid',
    '2:21 cannot use BUILDER_BASE_SHA256="abc" of builder "b": it must be 64 hexadecimal digits',
  ],
  [
    `BUILDER_BASE=tarball:x.tar\nBUILDER_BASE_SHA256=${sha256}`,
    '1:14 cannot use BUILDER_BASE="tarball:x.tar" of builder "b": BUILDER_SUITE does not say which Debian release is in the tarball',
  ],
  [
    `BUILDER_BASE=tarball:x.tar\nBUILDER_BASE_SHA256=${sha256}\nBUILDER_SUITE=../x`,
    '3:15 cannot use BUILDER_SUITE="../x" of builder "b": it must be the name of a release',
  ],
  [
    'BUILDER=a:b',
    '1:9 cannot use BUILDER="a:b" of builder "b": it must be the NAME of a builder, or NAMESPACE/NAME',
  ],
  ['BUILDER_BASE=$(x)', '1:14 cannot read build.conf: command substitution "$(x)" is not allowed'],
])('%j is refused', async (text, place) => {
  const faults = await faultsOf(() => load(text));
  const places = faults.map(({ message, at }) =>
    at === undefined ? message : `${at.line}:${at.column} ${message}`,
  );
  expect(places).toEqual([place]);
});

test('one for another architecture can be read, but not made here', async () => {
  const builder = await load(`${base}\nARCH=arm64`);
  expect(builder?.obstacles?.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`)).toEqual([
    '2:6 cannot use ARCH="arm64" of builder "b": this version builds for this machine\'s architecture only, which is "amd64"',
  ]);
});
