import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler, startKubler, succeedsIn } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

interface Removed {
  readonly what: string;
  readonly count: number;
}

const nothing = { snapshots: 0, 'unpacked layers': 0, 'package indexes': 0, downloads: 0, blobs: 0 };
const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';

requires(
  'root',
  'runc',
  'debootstrap',
)('kubler clean', () => {
  const dir = useTempDir();
  const dataDir = join(dir, 'data');
  const edit = (files: Readonly<Record<string, string>>) =>
    writeTree(join(dir, 'namespaces/tidy/images'), files);
  const call = succeedsIn({ cwd: dir, dataDir });
  /** Image → its ID and what became of it. */
  const build = async () =>
    Object.fromEntries(
      (
        JSON.parse(await call('build', '--json')) as { image: string; imageId: string; outcome: string }[]
      ).map(({ image, imageId, outcome }) => [image, { imageId, outcome }]),
    );
  /** What was removed → how many. */
  const clean = async (...flags: readonly string[]) =>
    Object.fromEntries(
      (JSON.parse(await call('clean', '--json', ...flags)) as Removed[]).map(({ what, count }) => [
        what,
        count,
      ]),
    );
  const contents = (folder: string) =>
    (readdirSync(join(dataDir, folder), { recursive: true }) as string[]).sort();

  // A data dir of its own, with a small base that is unpacked in a moment.
  beforeAll(async () => {
    const base = join(dir, 'base.tar');
    const built = await kubler(['build', 'base/debian']);
    expect(built.exitCode, built.stderr).toBe(0);
    await kubler(['export', 'base/debian', '--format', 'rootfs-tar', '--output', base]);
    const sha256 = createHash('sha256').update(readFileSync(base)).digest('hex');
    writeTree(dir, {
      'kubler.config.yaml': 'default_builder: small\n',
      'builders/small/build.conf': `PACKAGE_MANAGER='apt'
BUILDER_BASE='tarball:${base}'
BUILDER_BASE_SHA256='${sha256}'
BUILDER_SUITE='bookworm'
`,
    });
    edit({
      'parent/build.conf': "INSTALL_MODE='extracted'\n",
      'parent/build.sh': '_packages="jq"\nfinish_rootfs_build() { echo one > "${_ROOTFS}/file"; }\n',
      'parent/Dockerfile.template': dockerfile,
      'child/build.conf': "IMAGE_PARENT='parent'\n",
      'child/build.sh': 'finish_rootfs_build() { cp "${_ROOTFS}/file" "${_ROOTFS}/copy"; }\n',
      'child/Dockerfile.template': `${dockerfile}CMD ["/usr/bin/jq", "--null-input", "1"]\n`,
    });
    await build();
  });

  it('leaves what built images need: they run, are skipped, and have children', async () => {
    await clean();
    expect(await call('run', 'tidy/child')).toBe('1');
    expect(Object.values(await build()).map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    edit({ 'child/build.sh': 'finish_rootfs_build() { ln "${_ROOTFS}/file" "${_ROOTFS}/link"; }\n' });
    const after = await build();
    expect([after['tidy/parent']?.outcome, after['tidy/child']?.outcome]).toEqual(['skipped', 'built']);
  });

  it('says with --dry-run what it would remove, and removes nothing', async () => {
    edit({ 'parent/build.sh': '_packages="jq"\nfinish_rootfs_build() { echo two > "${_ROOTFS}/file"; }\n' });
    await build();
    const before = [contents('store'), contents('images'), readdirSync(join(dataDir, 'snapshots'))];
    const planned = await clean('--dry-run');
    expect(planned['snapshots']).toBeGreaterThan(0);
    expect(planned['blobs']).toBeGreaterThan(0);
    expect(await call('clean', '--dry-run')).toContain(`snapshots: ${planned['snapshots']}, `);
    expect([contents('store'), contents('images'), readdirSync(join(dataDir, 'snapshots'))]).toEqual(before);
    expect(await clean('--dry-run', '--all')).toMatchObject({ images: 2 });
    expect(await call('list')).not.toContain('not built');
  });

  it('removes what former builds left, once', async () => {
    const before = {
      blobs: contents('store').length,
      snapshots: readdirSync(join(dataDir, 'snapshots')).length,
    };
    const { blobs = 0 } = await clean();
    expect(blobs).toBeGreaterThan(0);
    expect(contents('store').length).toBe(before.blobs - blobs);
    expect(readdirSync(join(dataDir, 'snapshots')).length).toBeLessThan(before.snapshots);
    expect(await clean()).toEqual(nothing);
    expect(await call('run', 'tidy/child')).toBe('1');
  });

  it('removes what a shell was asked to keep', async () => {
    const shell = (input: string, ...flags: readonly string[]) =>
      kubler(['shell', ...flags, 'tidy/child'], { cwd: dir, dataDir, input });
    expect((await shell('touch /left', '--keep')).exitCode).toBe(0);
    expect((await shell('ls /left')).exitCode).toBe(0);
    expect(await clean()).toEqual({ ...nothing, 'kept shells': 1, snapshots: 2 });
    expect((await shell('ls /left')).exitCode).not.toBe(0);
    expect(await clean()).toEqual(nothing);
  });

  it('removes downloads that no index names, and unpacked layers that no image has', async () => {
    const packages = contents('downloads');
    const wanted = 'ab'.repeat(32);
    const named = join(dir, 'namespaces/adds/images/later');
    writeTree(named, {
      'build.conf': `BOB_SUM='${wanted.toUpperCase()}'\n`,
      'Dockerfile.template': `${dockerfile}ADD --checksum=sha256:\${BOB_SUM} http://127.0.0.1:9/x /x\n`,
    });
    writeTree(dataDir, {
      [`downloads/${'0'.repeat(64)}`]: 'stale',
      [`downloads/${wanted}`]: 'needed',
      'layers/0123456789abcdef/fs/file': 'stale',
    });
    const planned = { ...nothing, downloads: 1, 'unpacked layers': 1 };
    expect(await clean('--dry-run')).toEqual(planned);
    expect(await clean()).toEqual(planned);
    expect(contents('downloads')).toEqual([...packages, wanted].sort());
    rmSync(join(dir, 'namespaces/adds'), { recursive: true });
    expect(await clean()).toEqual({ ...nothing, downloads: 1 });
    expect(contents('downloads')).toEqual(packages);
    expect(packages.length).toBeGreaterThan(1);
  });

  it('beside a build takes nothing from it that no record names yet', async () => {
    edit({
      'slow/build.sh': '_packages="jq"\nconfigure_builder() { :; }\nfinish_rootfs_build() { sleep 4; }\n',
      'slow/build.conf': "INSTALL_MODE='extracted'\n",
      'slow/Dockerfile.template': `${dockerfile}CMD ["/usr/bin/jq", "--null-input", "2"]\n`,
    });
    const running = startKubler(['build', 'slow'], { cwd: join(dir, 'namespaces/tidy'), dataDir });
    await new Promise<void>((resolve) => {
      running.stderr.on('data', (chunk: Buffer) => {
        if (chunk.includes('finish_rootfs_build')) resolve();
      });
      void running.then(() => resolve());
    });
    writeTree(dataDir, { 'failed/tidy/gone/image.json': '{}' });
    const besides = await clean();
    expect(besides).toMatchObject({ snapshots: 0, blobs: 0 });
    expect(besides).not.toHaveProperty('failed images');
    const { exitCode, stderr } = await running;
    expect(exitCode, stderr).toBe(0);
    expect(await clean()).toEqual({ ...nothing, snapshots: 1, 'failed images': 1 });
    expect(await call('run', 'tidy/slow')).toBe('2');
    expect((await build())['tidy/slow']?.outcome).toBe('skipped');
  });

  it('removes everything with --all, after which the same images can be built again', async () => {
    const before = await build();
    expect(await clean('--all')).toMatchObject({ images: 3 });
    expect((await call('list')).match(/not built/g)).toHaveLength(3);
    const left = ['images', 'snapshots', 'store/blobs', 'tmp'].flatMap(contents);
    expect(left.filter((name) => !['tidy', 'sha256'].includes(name))).toEqual([]);
    const after = await build();
    expect(Object.values(after).map(({ outcome }) => outcome)).toEqual(['built', 'built', 'built']);
    for (const image of ['tidy/parent', 'tidy/child'])
      expect(after[image]?.imageId).toBe(before[image]?.imageId);
    expect(await call('run', 'tidy/child')).toBe('1');
  });
});
