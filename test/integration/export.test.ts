import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, readlinkSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ExportFormat } from '../../src/model/export-format.ts';
import { exportImage } from '../../src/stages/publish/index.ts';
import { makeImage, type LayerContent, type TestImage } from '../support/make-image.ts';
import { makeTree } from '../support/make-tree.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const dir = useTempDir();
const reference = 'web/app:1';
const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');

const layers: readonly LayerContent[] = [
  {
    entries: makeTree({
      'bin/': {},
      'bin/app': { text: 'program', mode: 0o4755, inode: 1 },
      'bin/app-link': { text: 'program', mode: 0o4755, inode: 1 },
      'bin/ping': { text: 'ping', mode: 0o755, xattrs: new Map([['security.capability', capability]]) },
      'etc/': {},
      'etc/old': { text: 'old' },
      'home/': { uid: 1_000_650_000 },
      [`home/${'long'.repeat(40)}-ü`]: { text: 'x', uid: 1_000_650_000, gid: 7 },
      'tmp/': { mode: 0o1777 },
      lib: { target: 'usr/lib' },
    }),
  },
  { entries: makeTree({ 'etc/': {}, 'etc/new': { text: 'new' } }), whiteouts: ['etc/old'] },
];
const finalPaths = ['bin', 'etc', 'home', 'lib', 'tmp'];

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });

async function exportAs(
  format: ExportFormat,
): Promise<{ image: TestImage; output: string; configDigest: string }> {
  const image = await makeImage(dir, layers);
  const output = join(image.tmpDir, `out-${format}`);
  await exportImage({ ...image, reference, format, output });
  return {
    image,
    output,
    configDigest: (await image.layout.readManifest(image.manifestDigest)).config.digest,
  };
}

/** What every tool that unpacks the image as root must restore. */
function expectFinalTree(root: string) {
  expect(readdirSync(root).sort()).toEqual(finalPaths);
  expect(readdirSync(join(root, 'etc'))).toEqual(['new']);
  const stat = (path: string) => lstatSync(join(root, path));
  expect(stat('bin/app').ino).toBe(stat('bin/app-link').ino);
  expect(stat('bin/app').mode & 0o7777).toBe(0o4755);
  expect(stat('tmp').mode & 0o7777).toBe(0o1777);
  expect(stat('home').uid).toBe(1_000_650_000);
  expect(stat(`home/${'long'.repeat(40)}-ü`)).toMatchObject({ uid: 1_000_650_000, gid: 7, size: 1 });
  expect(stat('etc').mtimeMs).toBe(1_700_000_000_000);
  expect(readlinkSync(join(root, 'lib'))).toBe('usr/lib');
  expect(
    run('getfattr', '-n', 'security.capability', '-e', 'hex', '--absolute-names', join(root, 'bin/ping')),
  ).toContain(capability.toString('hex'));
}

requires('skopeo')('an exported image, read by skopeo', () => {
  it.each<[ExportFormat, string]>([
    ['oci-layout', 'oci'],
    ['oci-archive', 'oci-archive'],
  ])('is the same image as %s', async (format, transport) => {
    const { image, output } = await exportAs(format);
    const inspected = JSON.parse(run('skopeo', 'inspect', `${transport}:${output}:${reference}`)) as {
      Digest: string;
      Layers: string[];
    };
    expect(inspected.Digest).toBe(image.manifestDigest);
    expect(inspected.Layers).toHaveLength(2);
    run('skopeo', 'copy', `${transport}:${output}:${reference}`, `dir:${output}-copy`);
    expect(readFileSync(`${output}-copy/manifest.json`)).toEqual(
      readFileSync(image.layout.blobFile(image.manifestDigest)),
    );
  });

  it('keeps its image ID in a Docker archive', async () => {
    const { image, output, configDigest } = await exportAs('docker-archive');
    const manifest = JSON.parse(run('skopeo', 'inspect', '--raw', `docker-archive:${output}`)) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    expect(manifest.config.digest).toBe(configDigest);
    expect(manifest.layers.map((layer) => layer.digest)).toEqual(image.config.rootfs.diff_ids);
    run('skopeo', 'copy', `docker-archive:${output}:${reference}`, `oci:${output}-copy:1`);
  });
});

requires(
  'root',
  'umoci',
  'getfattr',
)('an exported image, unpacked by umoci', () => {
  it('has the files, owners, links and capabilities of the layers', async () => {
    const { output } = await exportAs('oci-layout');
    run('umoci', 'unpack', '--image', `${output}:${reference}`, `${output}-bundle`);
    expectFinalTree(`${output}-bundle/rootfs`);
  });
});

requires(
  'root',
  'tar',
  'getfattr',
)('an exported image, unpacked by GNU tar', () => {
  it('has the files, owners, links and capabilities of the layers', async () => {
    const { output } = await exportAs('rootfs-tar');
    const root = `${output}-root`;
    mkdirSync(root);
    run('tar', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-xpf', output, '-C', root);
    expectFinalTree(root);
  });
});
