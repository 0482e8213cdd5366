import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir, succeedsIn } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { member, writeTarFile } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';

requires(
  'root',
  'runc',
  'debootstrap',
  'gcc',
  'xz',
)('kubler import', () => {
  const dir = useTempDir();
  const call = (...args: readonly string[]) => kubler(args, { cwd: dir });
  const succeed = succeedsIn({ cwd: dir });
  const imageId = (json: string): string => (JSON.parse(json) as { imageId: string }).imageId;

  // A root without a shell, any package or tool: a static program, a link to it, a device and a file of /dev.
  beforeAll(() => {
    const root = join(dir, 'root');
    mkdirSync(join(root, 'bin'), { recursive: true });
    const program = 'int puts(const char *); int main(void) { puts("imported"); return 0; }';
    execFileSync('gcc', ['-static', '-o', join(root, 'bin/hello'), '-x', 'c', '-'], { input: program });
    symlinkSync('hello', join(root, 'bin/hi'));
    mkdirSync(join(root, 'dev'));
    writeFileSync(join(root, 'dev/console'), '');
    execFileSync('mknod', [join(root, 'dev/null'), 'c', '1', '3']);
    execFileSync('tar', ['-C', root, '-cf', join(dir, 'root.tar'), '.']);
    execFileSync('xz', ['-k', join(dir, 'root.tar')]);
    execFileSync('gzip', ['-k', join(dir, 'root.tar')]);
    writeTree(dir, {
      'kubler.config.yaml': '# a project\n',
      'namespaces/imp/images/child/build.conf': "IMAGE_PARENT='vendor/static'\n",
      'namespaces/imp/images/child/build.sh':
        'finish_rootfs_build() { echo child > "${_ROOTFS}/made"; rm "${_ROOTFS}/bin/hi"; }\n',
      'namespaces/imp/images/child/Dockerfile.template': `${dockerfile}CMD ["/bin/hello"]\n`,
    });
  });

  it('makes the same image of a tarball, compressed or not, or of standard input', async () => {
    const plain = imageId(
      await succeed('import', '--force', 'root.tar', 'vendor/static', '--tag', '1', '2', '--json'),
    );
    for (const [name, file] of [
      ['xz', 'root.tar.xz'],
      ['gz', 'root.tar.gz'],
    ] as const) {
      expect(imageId(await succeed('import', '--force', file, `vendor/${name}`, '--json'))).toBe(plain);
    }
    const command = [
      join(repositoryDir, 'bin/kubler.js'),
      'import',
      '--force',
      '-',
      'vendor/piped',
      '--json',
    ];
    const piped = execFileSync(process.execPath, command, {
      cwd: dir,
      env: { ...process.env, KUBLER_DATA_DIR: sharedDataDir() },
      input: readFileSync(join(dir, 'root.tar.gz')),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    expect(imageId(piped.toString())).toBe(plain);
  });

  it('runs, is listed and can be exported', async () => {
    expect(await succeed('run', 'vendor/static', '--', '/bin/hi')).toBe('imported');
    expect(await succeed('list')).toMatch(/^vendor\/static +imported +\d+ kB/m);
    await succeed('export', 'vendor/static', '--format', 'rootfs-tar', '-o', 'out.tar');
    const listed = execFileSync('tar', ['-tf', join(dir, 'out.tar')]).toString();
    expect(listed.trim().split('\n')).toEqual(['bin/', 'bin/hello', 'bin/hi', 'dev/']);
  });

  it('is a parent: hooks work on its tree, and the layer holds the difference', async () => {
    expect(await succeed('graph')).toBe('imp/child [debian], on vendor/static (imported)');
    const [built] = JSON.parse(await succeed('build', 'imp/child', '--json')) as { layers: number }[];
    expect(built?.layers).toBe(2);
    expect(await succeed('run', 'imp/child')).toBe('imported');
    await succeed('export', 'imp/child', '--format', 'rootfs-tar', '-o', 'child.tar');
    const listed = execFileSync('tar', ['-tf', join(dir, 'child.tar')]).toString();
    expect(listed.trim().split('\n')).toEqual(['bin/', 'bin/hello', 'dev/', 'made']);
  });

  it('without apt says what works when packages are asked for', async () => {
    writeTree(dir, { 'namespaces/imp/images/child/build.sh': '_packages="jq"\n' });
    const { exitCode, stderr } = await call('build', 'imp/child');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot install packages in imp/child: what it starts from has no apt');
    expect(stderr).toContain(
      'needed: /usr/bin/apt-get\n  needed: /var/lib/dpkg/status\nhint: on an imported tree without that, hooks and Dockerfile.template work',
    );
  });

  it('of a Debian root gives a parent that packages are installed on', async () => {
    await succeed('build', 'base/debian', '-w', repositoryDir);
    await succeed('export', 'base/debian', '-w', repositoryDir, '--format', 'rootfs-tar', '-o', 'debian.tar');
    const { packages } = JSON.parse(
      await succeed('import', '--force', 'debian.tar', 'vendor/debian', '--json'),
    ) as {
      packages: number;
    };
    expect(packages).toBeGreaterThan(50);
    writeTree(dir, {
      'namespaces/imp/images/jq/build.conf': "IMAGE_PARENT='vendor/debian'\nINSTALL_MODE='extracted'\n",
      'namespaces/imp/images/jq/build.sh': '_packages="jq"\n',
      'namespaces/imp/images/jq/Dockerfile.template': `${dockerfile}CMD ["/usr/bin/jq", "-n", "1"]\n`,
    });
    const [built] = JSON.parse(await succeed('build', 'imp/jq', '--json')) as {
      packages: { name: string }[];
    }[];
    expect(built?.packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['jq', 'libc6', 'dpkg']));
    expect(built?.packages).toHaveLength(packages + 3);
    expect(await succeed('run', 'imp/jq')).toBe('1');
  });

  it('refuses a name that is taken, and replaces an image with --force', async () => {
    const taken = await call('import', 'root.tar', 'vendor/static');
    expect(taken).toMatchObject({ exitCode: 2 });
    expect(taken.stderr).toContain('error: cannot import vendor/static: there is an image of this name');
    expect((await call('import', '--force', 'root.tar', 'imp/jq')).stderr).toContain(
      'error: cannot import imp/jq: this project builds an image of that name',
    );
    writeFileSync(join(dir, 'root/more'), 'more');
    execFileSync('tar', ['-C', join(dir, 'root'), '-cf', join(dir, 'more.tar'), '.']);
    writeTree(dir, { 'namespaces/imp/images/child/build.sh': '' });
    await succeed('build', 'imp/child');
    await succeed('import', '--force', 'more.tar', 'vendor/static');
    expect(await succeed('build', 'imp/child')).toContain('built: parent vendor/static changed');
  });

  it('refuses a private key unless it is named', async () => {
    const text = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n';
    await writeTarFile(join(dir, 'keys.tar'), member({ path: 'etc/host.key', text }));
    const { exitCode, stderr } = await call('import', 'keys.tar', 'vendor/keys');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('cannot put "/etc/host.key" into vendor/keys: it holds a private key'),
    ]);
    expect(stderr).toContain("hint: leave it out of the tarball, or say --keep '/etc/host.key'");
    expect(await succeed('list')).not.toContain('vendor/keys');
    await succeed('import', 'keys.tar', 'vendor/keys', '--keep', '/etc/*.key');
    await succeed('rm', 'vendor/keys');
  });

  it('refuses a tarball that leads out, has a device, or is empty, and keeps nothing', async () => {
    const refused = async (reason: string) => {
      const { exitCode, stderr } = await call('import', 'bad.tar', 'vendor/bad');
      expect(exitCode).toBe(1);
      expect(stderr).toContain(reason);
      expect((await call('run', 'vendor/bad')).stderr).toContain('cannot find image "vendor/bad"');
    };
    await writeTarFile(join(dir, 'bad.tar'), member({ path: '../out', text: 'x' }));
    await refused('"../out" is absolute or goes up with ".."');
    execFileSync('mknod', [join(dir, 'disk'), 'b', '7', '0']);
    execFileSync('tar', ['-C', dir, '-cf', join(dir, 'bad.tar'), 'disk']);
    await refused('"disk": it is a device outside of /dev');
    await writeTarFile(join(dir, 'bad.tar'), member({ path: 'empty', type: 'directory' }));
    await refused('there is no file in it');
  });

  it('refuses what is no tarball, and a file that is not there', async () => {
    writeFileSync(join(dir, 'text.tar'), 'this is no archive\n'.repeat(100));
    expect((await call('import', 'text.tar', 'vendor/bad')).stderr).toContain(
      'error: cannot read tar archive: ',
    );
    for (const [name, reason] of [
      ['none.tar', 'there is no such file'],
      ['.', 'it is not a regular file'],
    ] as const) {
      const { exitCode, stderr } = await call('import', name, 'vendor/bad');
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining(`cannot read "${join(dir, name)}": ${reason}`),
      ]);
    }
    expect(readFileSync(join(dir, 'kubler.config.yaml'), 'utf8')).toBe('# a project\n');
  });
});
