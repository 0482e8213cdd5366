import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { architecture, makeSigningKey, writeSuite, type TestPackage } from '../support/apt-archive.ts';
import { kubler } from '../support/kubler.ts';
import { makeCertificates } from '../support/make-certificates.ts';
import { makeDeb } from '../support/make-deb.ts';
import { readImage } from '../support/read-image.ts';
import { requires } from '../support/requires.ts';
import { serveFolder, type FolderServer } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const tool = (version: string): TestPackage => makeDeb('tool', version, { 'usr/lib/tool/version': version });
const other = makeDeb('other', '1', { 'usr/lib/other': '' });
const spare = makeDeb('spare', '1', {
  'usr/lib/spare': '',
  // What a script leaves running ends with the installation.
  'DEBIAN/postinst': '#!/bin/sh\nenv > /usr/lib/environment\nsleep 3600 &\nsetsid sleep 3600 &\n',
});

/**
 * A Debian of its own: an archive with a handful of packages on this machine, and a builder whose base is a tarball. No
 * mirror is asked for anything. `sid` because it has no updates and no security archive.
 */
requires(
  'root',
  'runc',
  'debootstrap',
  'gpg',
  'gpgv',
  'dpkg-deb',
  'xz',
  'openssl',
)('package sources', () => {
  const cwd = useTempDir();
  const archive = useTempDir();
  const files = useTempDir();
  const dataDir = join(useTempDir(), 'data');
  /** A project with the sources of this machine, in the shared data dir. */
  const debian = useTempDir();
  const archiveKey = makeSigningKey(files, 'archive');
  const vendorKey = makeSigningKey(files, 'vendor');
  let server: FolderServer;

  const call = (args: readonly string[], env: Record<string, string> = {}) =>
    kubler(args, { cwd, dataDir, env });
  const build = (...args: readonly string[]) => call(['build', ...args]);
  const version = async (image: string): Promise<string | undefined> =>
    (await readImage(image, { cwd, dataDir }))['usr/lib/tool/version'];
  const configure = (apt: string, more = ''): void =>
    writeTree(cwd, { 'kubler.config.yaml': `default_builder: tiny\napt:\n${apt}${more}` });
  const mirror = (address: string): string =>
    `  mirror: ${address}/archive\n  keyring: ${archiveKey.keyring}\n`;
  const image = (id: string, packages: string): Record<string, string> => {
    const dir = `namespaces/${id.replace('/', '/images/')}`;
    return {
      [`${dir}/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${dir}/build.sh`]: `_packages="${packages}"\n`,
      [`${dir}/Dockerfile.template`]: template,
    };
  };
  /** The state of the archive on a day of January 2024. */
  const publish = (day: number, ...packages: readonly TestPackage[]): void =>
    writeSuite(join(archive, 'archive'), archiveKey, {
      suite: 'sid',
      packages,
      date: new Date(Date.UTC(2024, 0, day)),
    });

  beforeAll(async () => {
    server = await serveFolder(archive);
    publish(1, tool('1'), tool('2'), other);
    const vendor = { suite: 'sid', packages: [makeDeb('vendored', '1', { 'usr/lib/vendored': 'yes' })] };
    writeSuite(join(archive, 'vendor'), vendorKey, { ...vendor, date: new Date(Date.UTC(2024, 0, 1)) });
    const tarball = await makeBaseTarball(debian, files);
    configure(mirror(server.address));
    writeTree(cwd, {
      'builders/tiny/build.conf': `BUILDER_BASE='tarball:${tarball.file}'\nBUILDER_BASE_SHA256='${tarball.sha256}'\nBUILDER_SUITE='sid'\n`,
      'builders/tiny/build.sh': '_packages=""\n',
      ...image('acme/tool', 'tool'),
    });
    const { exitCode, stderr } = await build('acme/tool');
    expect(exitCode, stderr).toBe(0);
  });
  afterAll(() => server.close());

  it('offer the newest version, an exact one, and say which there are', async () => {
    writeTree(cwd, { ...image('acme/exact', 'tool=1'), ...image('acme/wrong', 'tool=3') });
    expect((await build('acme/exact')).exitCode).toBe(0);
    expect(await version('acme/tool')).toBe('2');
    expect(await version('acme/exact')).toBe('1');
    const { exitCode, stderr } = await build('acme/wrong');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot install package "tool=3" of acme/wrong');
    expect(stderr).toContain('hint: the index has 2, 1');
  });

  it('of one namespace are for its images only, and trusted only with their own key', async () => {
    const source = (key: string): string =>
      `apt:\n  sources:\n    - {uri: "${server.address}/vendor", suite: sid, components: [main], key: ${key}}\n`;
    writeTree(cwd, {
      ...image('vendor/both', 'vendored tool'),
      ...image('acme/vendored', 'vendored'),
      'namespaces/vendor/kubler.config.yaml': source(archiveKey.armored),
    });
    const refused = await build('vendor/both');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('cannot trust InRelease of "sid": no key of the keyring signed it');
    writeTree(cwd, { 'namespaces/vendor/kubler.config.yaml': source(vendorKey.armored) });
    const { exitCode, stderr } = await build('vendor/both');
    expect(exitCode, stderr).toBe(0);
    expect(await readImage('vendor/both', { cwd, dataDir })).toMatchObject({
      'usr/lib/vendored': 'yes',
      'usr/lib/tool/version': '2',
    });
    expect((await build('acme/vendored')).stderr).toContain('apt says: Unable to locate package vendored');
    rmSync(join(cwd, 'namespaces/vendor'), { recursive: true });
    rmSync(join(cwd, 'namespaces/acme/images/vendored'), { recursive: true });
  });

  it('are asked for nothing that is there already', async () => {
    writeTree(cwd, image('acme/cached', 'tool other'));
    expect((await build('acme/cached')).exitCode).toBe(0);
    const before = server.requests.length;
    expect((await build('--force', 'acme/cached', 'acme/tool')).exitCode).toBe(0);
    expect(server.requests.slice(before)).toEqual([]);
  });

  it('are asked again where the connection breaks, and named where it always does', async () => {
    const url = `${server.address}/archive/pool/main/brittle_1_${architecture}.deb`;
    writeTree(cwd, image('acme/broken', 'brittle'));
    publish(1, tool('1'), tool('2'), other, makeDeb('brittle', '1', { 'usr/lib/brittle': '' }));
    server.breakOff('Packages', 1);
    expect((await call(['update'])).exitCode).toBe(0);
    server.breakOff('brittle', Infinity);
    const { exitCode, stderr } = await build('acme/broken');
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining(`error: cannot download "${url}": `)]);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    server.breakOff('brittle', 1);
    const next = await build('acme/broken');
    expect(next.exitCode, next.stderr).toBe(0);
    expect(readdirSync(join(dataDir, 'downloads')).filter((name) => name.endsWith('.part'))).toEqual([]);
    rmSync(join(cwd, 'namespaces/acme/images/broken'), { recursive: true });
  });

  it('change when `kubler update` says so, and not before', async () => {
    rmSync(join(cwd, 'namespaces/acme/images/wrong'), { recursive: true, force: true });
    expect((await build('acme/tool')).exitCode).toBe(0);
    publish(2, tool('3'), makeDeb('added', '1', { 'usr/lib/added': '' }), spare);
    expect((await build('acme/tool')).stdout).toMatch(/acme\/tool .* skipped: unchanged/);
    const { stdout, stderr } = await call(['update']);
    expect(stdout, stderr).toBe(
      [
        'sid (builder tiny), as of 2024-01-02: 1 changed, 2 added, 2 removed',
        '  changed  tool 2 -> 3',
        '  added    added',
        '  added    spare',
        '  removed  brittle',
        '  removed  other',
      ].join('\n'),
    );
    const built = await build('acme/tool');
    expect(built.stdout, built.stderr).toMatch(/acme\/tool .* built: .*package index changed/);
    expect(await version('acme/tool')).toBe('3');
    expect((await call(['update'])).stdout).toBe('sid (builder tiny), as of 2024-01-02: unchanged');
    expect((await build('acme/tool')).stdout).toMatch(/acme\/tool .* skipped: unchanged/);
  });

  it('that no longer have a package are named, with the way on', async () => {
    writeTree(cwd, image('acme/late', 'added'));
    rmSync(join(archive, `archive/pool/main/added_1_${architecture}.deb`));
    const { exitCode, stderr } = await build('acme/late');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot download package "added" 1: it has left the mirror');
    expect(stderr).toContain('hint: `kubler update`');
  });

  it('are reached through the proxy, with no trace of it in what is made', async () => {
    const proxy = await serveFolder(archive);
    const env = { http_proxy: proxy.address.replace('//', '//jo:proxy-word@') };
    configure(mirror('http://archive.invalid'));
    const hook = 'finish_rootfs_build() { echo "by way of ${http_proxy:?}"; }\n';
    writeTree(cwd, image('acme/proxied', 'spare'));
    writeTree(cwd, {
      'namespaces/acme/images/proxied/build.conf': "BOB_TEXT='text'\n",
      'namespaces/acme/images/proxied/build.sh': `_packages="spare"\n${hook}`,
    });
    try {
      const { exitCode, stderr } = await call(['build', 'acme/proxied'], env);
      expect(exitCode, stderr).toBe(0);
      expect(stderr).not.toContain('proxy-word');
    } finally {
      await proxy.close();
      configure(mirror(server.address));
    }
    const archives = 'http://archive.invalid/archive';
    expect(proxy.requests.filter((url) => !url.startsWith(`${archives}/dists/`))).toEqual([
      `${archives}/pool/main/spare_1_${architecture}.deb`,
    ]);
    const log = readFileSync(join(dataDir, 'logs/acme/proxied/finish_rootfs_build.log'), 'utf8');
    expect(log).toBe('by way of ***\n');
    expect(filesWith(dataDir, 'proxy-word')).toEqual([]);
    const contents = await readImage('acme/proxied', { cwd, dataDir });
    expect(Object.values(contents).join()).not.toContain('proxy');
    // What is installed is kept for any image: nothing of this one reaches a package's script.
    expect(contents['usr/lib/environment']).toContain('SOURCE_DATE_EPOCH=');
    expect(contents['usr/lib/environment']).not.toMatch(/^(?:BOB_|NAMESPACE=)/m);
    expect((await build('acme/proxied')).stdout).toMatch(/acme\/proxied .* skipped: unchanged/);
  });

  it('are read over https when the CA file vouches for them', async () => {
    const tls = makeCertificates(files);
    const secure = await serveFolder(archive, tls);
    try {
      configure(mirror(secure.address));
      const refused = await build('acme/tool');
      expect(refused.exitCode).toBe(3);
      expect(refused.stderr).toContain(`cannot download "${secure.address}/archive/dists/sid/InRelease"`);
      configure(mirror(secure.address), `network:\n  ca_file: ${tls.caFile}\n`);
      const { exitCode, stderr } = await build('acme/tool');
      expect(exitCode, stderr).toBe(0);
    } finally {
      await secure.close();
      configure(mirror(server.address));
    }
  });

  it('are not needed to build from what is there, be they all gone', async () => {
    await server.close();
    writeTree(cwd, image('acme/offline', 'tool'));
    const { exitCode, stderr } = await build('--force', 'acme/offline', 'acme/tool');
    expect(exitCode, stderr).toBe(0);
    expect(await version('acme/offline')).toBe('3');
  });

  it('of a hook, through the proxy and by the CA file, are checked and never seen in the image', async () => {
    const tls = makeCertificates(files);
    const secure = await serveFolder(archive, tls);
    const proxy = await serveFolder(archive);
    const text = 'fetched by a hook\n';
    const sum = createHash('sha256').update(text).digest('hex');
    writeTree(archive, { 'hook.txt': text });
    const fetches = (url: string, name: string): string =>
      `download_file ${url}/hook.txt ${name} sha256:${sum}\n  cp "\${__download_file}" "\${_ROOTFS}/${name}"\n`;
    writeTree(debian, {
      'namespaces/acme/images/empty/build.sh': `finish_rootfs_build() {\n  ${fetches(secure.address, 'https')}  ${fetches('http://files.invalid', 'http')}}\n`,
    });
    const env = { http_proxy: proxy.address, no_proxy: '127.0.0.1', KUBLER_CA_FILE: tls.caFile };
    try {
      const { exitCode, stderr } = await kubler(['build'], { cwd: debian, env });
      expect(exitCode, stderr).toBe(0);
      expect(proxy.requests).toEqual(['http://files.invalid/hook.txt']);
      expect(await readImage('acme/empty', { cwd: debian })).toEqual({ http: text, https: text });
    } finally {
      await Promise.all([secure.close(), proxy.close()]);
    }
  });
});

/** A base, from the tree debootstrap made for the builder that ships with Kubler, without what no test looks at. */
async function makeBaseTarball(
  project: string,
  dir: string,
): Promise<{ readonly file: string; readonly sha256: string }> {
  writeTree(project, {
    'kubler.config.yaml': '',
    'namespaces/acme/images/empty/build.conf': '',
    'namespaces/acme/images/empty/build.sh': 'finish_rootfs_build() { touch "${_ROOTFS}/made"; }\n',
    'namespaces/acme/images/empty/Dockerfile.template': template,
  });
  const { exitCode, stderr } = await kubler(['build'], { cwd: project });
  expect(exitCode, stderr).toBe(0);
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(sharedDataDir(), file), 'utf8'));
  const { baseSnapshot } = readJson('images/acme/empty/image.json') as { baseSnapshot: string };
  const { layers } = readJson(`snapshots/${baseSnapshot.slice(0, 16)}/snapshot.json`) as { layers: string[] };
  const tree = join(sharedDataDir(), 'snapshots', layers.at(-1) ?? '', 'fs');
  const file = join(dir, 'base.tar');
  const bulk = ['doc', 'locale', 'man', 'zoneinfo'].map((name) => `--exclude=./usr/share/${name}/*`);
  execFileSync('tar', ['--create', '--file', file, '--xattrs', ...bulk, '--directory', tree, '.']);
  return { file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') };
}

/** Files below a folder in which a text occurs. */
function filesWith(dir: string, text: string): string[] {
  const found = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return found.filter((file) => readFileSync(file).includes(text));
}
