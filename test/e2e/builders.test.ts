import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { readImage } from '../support/read-image.ts';
import { requires } from '../support/requires.ts';
import { serveFolder, type FolderServer } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';

/** A builder's files, or an image's. */
const folder = (path: string, buildConf: string, buildSh: string): Record<string, string> => ({
  [`${path}/build.conf`]: `${buildConf}\n`,
  [`${path}/build.sh`]: `${buildSh}\n`,
  ...(path.includes('images/') && { [`${path}/Dockerfile.template`]: template }),
});

/** A hook that writes what commands print to `/made` of the image. */
const writes = (commands: string): string =>
  `finish_rootfs_build() { { ${commands}; } >"\${_ROOTFS}/made"; }`;

requires(
  'root',
  'runc',
  'debootstrap',
)('builders', () => {
  const cwd = useTempDir();
  const write = (...files: readonly Record<string, string>[]): void =>
    writeTree(cwd, Object.assign({ 'kubler.config.yaml': '' }, ...files) as Record<string, string>);
  const build = (...args: readonly string[]) => kubler(['build', ...args], { cwd });
  /** Builds an image and reads the file that its hook made. */
  const made = async (image: string): Promise<string | undefined> => {
    const { exitCode, stderr } = await build(image);
    expect(exitCode, stderr).toBe(0);
    return (await readImage(image, { cwd }))['made'];
  };
  const idOf = async (image: string): Promise<string | undefined> => {
    const { stdout, stderr } = await build('--json', image);
    const built = JSON.parse(stdout) as { image: string; imageId?: string }[];
    const id = built.find((each) => each.image === image)?.imageId;
    expect(id, stderr).toBeDefined();
    return id;
  };

  beforeAll(async () => {
    write(
      folder(
        'builders/tools',
        "BUILDER='debian'",
        '_packages="xxd"\nconfigure_builder() { echo "root is \'${_ROOTFS}\'" >/usr/local/note; }',
      ),
      folder(
        'namespaces/acme/images/tooled',
        "BUILDER='tools'",
        writes('printf K | xxd -p; cat /usr/local/note'),
      ),
      folder('namespaces/acme/images/jq', "INSTALL_MODE='extracted'", '_packages="jq"'),
    );
    await idOf('acme/jq');
  });

  it('that extends another adds its packages and its configure_builder, which has no target root', async () => {
    expect(await made('acme/tooled')).toBe("4b\nroot is ''\n");
  });

  it('is built again, and its images with it, when its build.sh changed', async () => {
    await made('acme/tooled');
    write({
      'builders/tools/build.sh': '_packages="xxd"\nconfigure_builder() { echo new >/usr/local/note; }\n',
    });
    const { stdout } = await build('--dry-run', '--json', 'acme/tooled', 'acme/jq');
    const plan = JSON.parse(stdout) as { image: string; action: string; reason: string }[];
    expect(plan.map(({ image, action, reason }) => `${image} ${action}: ${reason}`)).toEqual([
      'acme/jq skip: unchanged',
      'acme/tooled build: builder tools changed',
    ]);
    expect(await made('acme/tooled')).toBe('4b\nnew\n');
  });

  it('hands _builder_packages and configure_builder of an image on to its children, not into the image', async () => {
    write(
      folder(
        'namespaces/acme/images/parent',
        '',
        `_builder_packages="xxd"\nconfigure_builder() { echo parent >/usr/local/note; }\n${writes('echo one')}`,
      ),
      folder(
        'namespaces/acme/images/child',
        "IMAGE_PARENT='acme/parent'",
        'finish_rootfs_build() { printf K | xxd -p | cat - /usr/local/note "${_ROOTFS}/made" >"${_ROOTFS}/more"; }',
      ),
    );
    expect(await made('acme/child')).toBe('one\n');
    expect(await readImage('acme/child', { cwd })).toEqual({ made: 'one\n', more: '4b\nparent\none\n' });
  });

  it('gets _builder_packages, and the target root does not', async () => {
    const hook = writes('ls /usr/bin/xxd; cd "${_ROOTFS}/usr/bin"; ls jq xxd 2>/dev/null || true');
    write(
      folder(
        'namespaces/acme/images/apart',
        "INSTALL_MODE='extracted'",
        `_builder_packages="xxd"\n_packages="jq"\n${hook}`,
      ),
    );
    expect(await made('acme/apart')).toBe('/usr/bin/xxd\njq\n');
    const log = join(sharedDataDir(), 'logs/acme/apart/builder-install.log');
    expect(readFileSync(log, 'utf8')).toContain('Unpacking xxd');
  });

  it('has logs of its own beside a namespace called builders', async () => {
    write(
      folder('builders/same', "BUILDER='debian'", 'configure_builder() { echo of the builder; }'),
      folder(
        'namespaces/builders/images/same',
        "BUILDER='same'",
        'configure_builder() { echo of the image; }\n' + writes('echo made'),
      ),
    );
    expect(await made('builders/same')).toBe('made\n');
    const log = (dir: string) =>
      readFileSync(join(sharedDataDir(), `logs/${dir}/same/configure_builder.log`), 'utf8');
    expect([log('_builders'), log('builders')]).toEqual(['of the builder\n', 'of the image\n']);
  });

  it('is made once by two builds at once, of which one waits', async () => {
    const images = ['one', 'two'];
    write(
      folder('builders/slow', "BUILDER='debian'", 'configure_builder() { sleep 3; }'),
      ...images.map((name) =>
        folder(`namespaces/acme/images/${name}`, "BUILDER='slow'", writes('echo made')),
      ),
    );
    writeFileSync(join(cwd, 'builders/slow/stamp'), randomUUID());
    const builds = await Promise.all(images.map((name) => build(`acme/${name}`)));
    expect(builds.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const said = (line: string) => builds.filter(({ stderr }) => stderr.includes(line)).length;
    expect([said('builder slow: configure_builder'), said('builder slow: wait for another build')]).toEqual([
      1, 1,
    ]);
  });

  it('is built whether or not another one of its base can be', async () => {
    write(
      folder('builders/bad', "BUILDER='debian'", 'configure_builder() { exit 3; }'),
      folder('builders/good', "BUILDER='debian'", 'configure_builder() { :; }'),
      folder('namespaces/both/images/a', "BUILDER='bad'", writes('echo a')),
      folder('namespaces/both/images/b', "BUILDER='good'", writes('echo b')),
    );
    const { exitCode, stderr } = await build('both');
    expect(exitCode, stderr).toBe(1);
    expect(stderr).toContain('both/b: done');
    rmSync(join(cwd, 'namespaces/both'), { recursive: true });
  });

  it('of a namespace is found by its name there, and by its full name elsewhere', async () => {
    write(
      folder(
        'namespaces/acme/builder/own',
        "BUILDER='debian'",
        'configure_builder() { echo own >/usr/local/note; }',
      ),
      folder('namespaces/acme/images/inside', "BUILDER='own'", writes('cat /usr/local/note')),
      folder('namespaces/other/images/outside', "BUILDER='acme/own'", writes('cat /usr/local/note')),
    );
    expect(await made('acme/inside')).toBe('own\n');
    expect(await made('other/outside')).toBe('own\n');
    write(folder('namespaces/other/images/lost', "BUILDER='own'", ''));
    const lost = await build('other/lost');
    expect(lost.exitCode).toBe(2);
    expect(lost.stderr).toContain('builder "own" does not exist');
    expect(lost.stderr).toContain('namespaces/other/images/lost/build.conf:1:9');
  });

  it('says what to do instead of apt-get install in a hook, and where', async () => {
    write(
      folder(
        'namespaces/acme/images/apt',
        '',
        'finish_rootfs_build() {\n  apt-get --version >&2\n  apt-get install -y jq\n}',
      ),
      folder('builders/apt', "BUILDER='debian'", 'configure_builder() {\n  apt update\n}'),
      folder('namespaces/acme/images/in-apt', "BUILDER='apt'", ''),
    );
    const image = await build('acme/apt');
    expect(image.exitCode).toBe(1);
    expect(image.stderr).toContain('apt-get install: no mirror can be reached here');
    expect(image.stderr).toContain('_builder_packages');
    expect(image.stderr).toContain('namespaces/acme/images/apt/build.sh:3:3');
    const builder = await build('acme/in-apt');
    expect(builder.stderr).toContain('name the packages of this builder in _packages');
    expect(builder.stderr).toContain('builders/apt/build.sh:2:3');
  });

  requires('mmdebstrap')('whose base mmdebstrap makes', () => {
    it('give the same image as one of debootstrap', async () => {
      write(
        folder('builders/mm', "BUILDER_BASE='mmdebstrap:bookworm'", ''),
        folder('namespaces/acme/images/mm-jq', "BUILDER='mm'\nINSTALL_MODE='extracted'", '_packages="jq"'),
      );
      expect(await idOf('acme/mm-jq')).toBe(await idOf('acme/jq'));
    });
  });

  requires('xz')('whose base is a tarball', () => {
    const files = useTempDir();
    let server: FolderServer;

    beforeAll(async () => {
      server = await serveFolder(files);
      const tar = join(files, 'base.tar');
      // To be quick, without what no image has.
      const bulk = ['locale', 'man'].map((name) => `--exclude=./usr/share/${name}/*`);
      const tree = ['--directory', debootstrapTree('acme/jq'), '.'];
      execFileSync('tar', ['--create', '--file', tar, '--xattrs', ...bulk, ...tree]);
      execFileSync('gzip', ['--fast', '--keep', tar]);
      execFileSync('xz', ['-0', '--threads=2', tar]);
    });
    afterAll(() => server.close());

    const checksum = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(join(files, name)))
        .digest('hex');
    const base = (location: string, sha256: string): string =>
      `BUILDER_BASE='tarball:${location}'\nBUILDER_BASE_SHA256='${sha256}'\nBUILDER_SUITE='bookworm'`;

    it('take it from a file beside the builder, gzipped; the image is the same again', async () => {
      write(
        folder('builders/local', base('files/base.tar.gz', checksum('base.tar.gz')), ''),
        folder(
          'namespaces/acme/images/local-jq',
          "BUILDER='local'\nINSTALL_MODE='extracted'",
          '_packages="jq"',
        ),
        { 'builders/local/files/': '' },
      );
      copyFileSync(join(files, 'base.tar.gz'), join(cwd, 'builders/local/files/base.tar.gz'));
      expect(await idOf('acme/local-jq')).toBe(await idOf('acme/jq'));
    });

    it('fetch it from an address, compressed by xz, once', async () => {
      write(
        folder('builders/remote', base(`${server.address}/base.tar.xz`, checksum('base.tar.xz')), ''),
        folder('namespaces/acme/images/remote', "BUILDER='remote'", writes('echo made')),
      );
      expect(await made('acme/remote')).toBe('made\n');
      expect(server.requests.length).toBeLessThanOrEqual(1);
    });

    it('refuse one with another checksum', async () => {
      write(
        folder('builders/wrong', base(`${server.address}/base.tar.xz`, 'ab'.repeat(32)), ''),
        folder('namespaces/acme/images/wrong', "BUILDER='wrong'", ''),
      );
      const { exitCode, stderr } = await build('acme/wrong');
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`its SHA-256 is ${checksum('base.tar.xz')}, not ${'ab'.repeat(32)}`);
      expect(existsSync(join(sharedDataDir(), 'downloads', 'ab'.repeat(32)))).toBe(false);
    });

    it('say so when there is no such file', async () => {
      write(
        folder('builders/gone', base('/nowhere/base.tar', 'cd'.repeat(32)), ''),
        folder('namespaces/acme/images/gone', "BUILDER='gone'", ''),
      );
      const { exitCode, stderr } = await build('acme/gone');
      expect(exitCode).toBe(2);
      expect(stderr).toContain('cannot fetch "/nowhere/base.tar": there is no such file');
      expect(stderr).toContain('builders/gone/build.conf:1:');
    });
  });
});

/** The tree of an image's base as debootstrap made it, in the data dir: the lowest layer of its snapshot. */
function debootstrapTree(image: string): string {
  const dataDir = sharedDataDir();
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(dataDir, file), 'utf8'));
  const { baseSnapshot } = readJson(`images/${image}/image.json`) as { baseSnapshot: string };
  const { layers } = readJson(`snapshots/${baseSnapshot.slice(0, 16)}/snapshot.json`) as { layers: string[] };
  return join(dataDir, 'snapshots', layers.at(-1) ?? '', 'fs');
}
