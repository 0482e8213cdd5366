import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isApk3, writeAdbRepository } from '../support/adb-repository.ts';
import { makeApkKey, writeApkRepository } from '../support/apk-repository.ts';
import { baselayoutPackage, busyboxPackage, greetPackages, muslPackage } from '../support/apk-packages.ts';
import { startDocker, startPodman } from '../support/docker-daemon.ts';
import { exportImage, unpackImage } from '../support/exported-image.ts';
import { kubler, succeedsIn } from '../support/kubler.ts';
import { apkProgram, requires } from '../support/requires.ts';
import { serveFolder, type FolderServer } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const image = (name: string, parent: string, packages: string, more = '', end = 'CMD ["greet"]') => ({
  [`namespaces/alpine/images/${name}/build.conf`]: `IMAGE_PARENT='${parent}'\n`,
  [`namespaces/alpine/images/${name}/build.sh`]: `_packages="${packages}"\n${more}`,
  [`namespaces/alpine/images/${name}/Dockerfile.template`]: `FROM \${IMAGE_PARENT}\nADD rootfs.tar /\n${end}\n`,
});

// Against the real program: see docs/alpine.md for what is covered without it.
requires(
  'apk',
  'root',
  'runc',
  'debootstrap',
  'musl-gcc',
  'busybox',
)('a builder with apk', () => {
  const dir = useTempDir();
  const succeeds = succeedsIn({ cwd: dir });
  const key = makeApkKey('packager');
  let server: FolderServer;

  const build = (...args: readonly string[]) => kubler(['build', ...args], { cwd: dir });
  const packagesOf = async (name: string): Promise<readonly string[]> => {
    const { record } = JSON.parse(await succeeds('inspect', '--json', `alpine/${name}`)) as {
      readonly record: { readonly packages: readonly { readonly name: string }[] };
    };
    return record.packages.map((each) => each.name);
  };

  /** Debian's base with the real apk in it, and the test's repository and key. */
  const makeBase = async (): Promise<void> => {
    const root = 'namespaces/base-of/images/root';
    writeTree(dir, {
      [`${root}/build.conf`]: "CARVE='whole'\nBUILDER='plain'\n",
      [`${root}/build.sh`]: 'finish_rootfs_build() { cp -a "${_CONFIG}/root/." "${_ROOTFS}/"; }\n',
      [`${root}/Dockerfile.template`]: 'FROM scratch\nADD rootfs.tar /\n',
      [`${root}/root/etc/apk/repositories`]: `${server.address}/repository\n`,
      [`${root}/root/etc/apk/keys/${key.name}`]: key.publicKey,
      [`${root}/root/usr/local/bin/`]: '',
    });
    const program = join(dir, root, 'root/usr/local/bin/apk');
    copyFileSync(apkProgram() ?? '', program);
    await succeeds('build', 'base-of/root');
    const { layerFiles } = await exportImage(dir, 'base-of/root');
    mkdirSync(join(dir, 'builders/alpine'), { recursive: true });
    copyFileSync(layerFiles[0] ?? '', join(dir, 'builders/alpine/root.tar.gz'));
    const sum = createHash('sha256')
      .update(readFileSync(layerFiles[0] ?? ''))
      .digest('hex');
    writeTree(dir, {
      'builders/alpine/build.conf': `PACKAGE_MANAGER='apk'\nBUILDER_BASE='tarball:root.tar.gz'\nBUILDER_BASE_SHA256='${sum}'\n`,
    });
  };

  beforeAll(async () => {
    server = await serveFolder(dir);
    writeApkRepository(join(dir, 'repository'), key, [
      ...[muslPackage(), busyboxPackage(), baselayoutPackage(), ...greetPackages()],
    ]);
    writeTree(dir, {
      'kubler.config.yaml': 'default_builder: alpine\n',
      'builders/plain/build.conf': "BUILDER_BASE='debootstrap:bookworm'\n",
      ...image('greet', 'scratch', 'greet'),
      ...image('child', 'alpine/greet', 'plugin-b docs'),
      ...image('daemon', 'scratch', 'daemon', '', 'USER daemond\nCMD ["daemond"]'),
    });
    await makeBase();
    const { exitCode, stderr } = await build('alpine');
    expect(exitCode, stderr).toBe(0);
  });
  afterAll(() => server.close());

  it('makes an image of what its packages need, that runs', async () => {
    expect(await succeeds('run', 'alpine/greet')).toContain('hello 42');
    expect(await packagesOf('greet')).toEqual(['greet', 'libgreet', 'musl']);
    const root = await unpackImage(dir, 'alpine/greet');
    const installed = readFileSync(join(root, 'lib/apk/db/installed'), 'utf8');
    expect([...installed.matchAll(/^P:(.*)$/gm)].map(([, name]) => name)).toEqual([
      'greet',
      'libgreet',
      'musl',
    ]);
    const { stdout } = await kubler(['run', 'alpine/greet', '/bin/sh'], { cwd: dir });
    expect(stdout).toBe('');
  });

  it('runs scripts and triggers in the target root, with a shell that stays only where it is needed', async () => {
    expect(await succeeds('run', 'alpine/daemon', 'id')).toBe('uid=101(daemond) gid=101(daemond)');
    expect(await packagesOf('daemon')).toEqual(['busybox', 'daemon', 'greet', 'libgreet', 'musl']);
    const root = await unpackImage(dir, 'alpine/child');
    expect(readFileSync(join(root, 'etc/plugins.list'), 'utf8')).toBe('a\nb\n');
  });

  it('builds a child on what its parent has, and what comes along with others', async () => {
    expect(await packagesOf('child')).toEqual([
      ...['docs', 'greet', 'greet-doc', 'libgreet', 'musl', 'plugin-b', 'plugins'],
    ]);
    expect(await succeeds('run', 'alpine/child')).toContain('hello 42');
  });

  it('gives the same bytes in a data dir of its own', async () => {
    const id = (text: string) => (JSON.parse(text) as { readonly imageId: string }).imageId;
    const dataDir = join(dir, 'data');
    const other = succeedsIn({ cwd: dir, dataDir });
    await other('build', 'alpine');
    for (const name of ['greet', 'child', 'daemon'])
      expect(id(await other('inspect', '--json', `alpine/${name}`))).toBe(
        id(await succeeds('inspect', '--json', `alpine/${name}`)),
      );
    rmSync(dataDir, { recursive: true, force: true });
  });

  requires(
    'dockerd',
    'docker',
    'podman',
  )('on daemons', () => {
    it.each([
      ['docker', startDocker, 'DOCKER_HOST'],
      ['podman', startPodman, 'CONTAINER_HOST'],
    ] as const)('gives the same bytes on %s', async (engine, start, variable) => {
      const daemon = await start(join(dir, engine));
      try {
        const env = { [variable]: daemon.host, KUBLER_ENGINE: engine };
        const id = async (run: typeof succeeds) =>
          (JSON.parse(await run('inspect', '--json', 'alpine/daemon')) as { readonly imageId: string })
            .imageId;
        const expected = await id(succeeds);
        const other = succeedsIn({ cwd: dir, env, dataDir: join(dir, `data-${engine}`) });
        await other('build', 'alpine/daemon', 'alpine/child');
        expect(await id(other)).toBe(expected);
      } finally {
        await daemon.stop();
      }
    });
  });

  it('says what it cannot install, and that hooks reach no mirror', async () => {
    writeTree(dir, {
      ...image('unknown', 'scratch', 'gret'),
      ...image('conflict', 'scratch', 'daemon olddaemon'),
      ...image('hook', 'scratch', '', 'finish_rootfs_build() { apk add greet; }\n'),
    });
    const { exitCode, stderr } = await build('alpine/unknown', 'alpine/conflict', 'alpine/hook');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('did you mean "greet"?');
    expect(stderr).toContain('breaks: daemon-0.5-r1[!olddaemon]');
    expect(stderr).toContain('apk add: no mirror can be reached here');
  });

  it.runIf(isApk3(apkProgram()))('builds from what apk 3 itself makes and signs', async () => {
    const packages = [muslPackage(), busyboxPackage(), baselayoutPackage(), ...greetPackages()];
    const layout = ['--pkgname-spec', '${arch}/${name}-${version}.apk'];
    writeAdbRepository(apkProgram() ?? '', join(dir, 'adb'), key, packages, layout);
    writeTree(dir, {
      'namespaces/adb/kubler.config.yaml': 'apk:\n  repositories: [v3 ../../adb]\n',
      ...Object.fromEntries(
        Object.entries(image('daemon', 'scratch', 'daemon docs', '', 'USER daemond\nCMD ["daemond"]')).map(
          ([path, text]) => [path.replace('/alpine/', '/adb/'), text],
        ),
      ),
    });
    const { exitCode, stderr } = await build('adb/daemon');
    expect(exitCode, stderr).toBe(0);
    expect(await succeeds('run', 'adb/daemon')).toContain('hello 42');
    expect(await succeeds('run', 'adb/daemon', 'id')).toBe('uid=101(daemond) gid=101(daemond)');
  });

  it('does not build from a repository that someone else signed', async () => {
    const others = join(dir, 'others');
    writeApkRepository(others, makeApkKey('packager'), [muslPackage()]);
    writeTree(dir, {
      'namespaces/foreign/kubler.config.yaml': `apk:\n  repositories: [${others}]\n`,
      'namespaces/foreign/images/musl/build.sh': '_packages="musl"\n',
      'namespaces/foreign/images/musl/Dockerfile.template': 'FROM scratch\nADD rootfs.tar /\n',
    });
    const { exitCode, stderr } = await build('foreign/musl');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('its signature is bad');
  });
});
