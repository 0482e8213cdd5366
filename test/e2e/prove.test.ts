import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { dockerFiles, ociFiles, tarOfFiles, writeFiles } from '../support/make-oci.ts';
import { requires } from '../support/requires.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';
import { member } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

requires(
  'root',
  'runc',
  'debootstrap',
  'gcc',
)('kubler prove, size and why', () => {
  const dir = useTempDir();
  const run = (...args: readonly string[]) => kubler(['prove', ...args], { cwd: dir });
  const clean = expect.stringMatching(/^0 errors, 0 warnings, 0 waived in \d+ files?$/) as unknown;

  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '# a project\n',
      'namespaces/pv/images/jq/build.sh': '_packages="jq"\n',
      'namespaces/pv/images/jq/Dockerfile.template': 'FROM scratch\nADD rootfs.tar /\nCMD ["jq"]\n',
      'namespaces/pv/images/bare/build.sh': 'finish_rootfs_build() { ln -s nowhere "$_ROOTFS/opt/tool"; }\n',
      'namespaces/pv/images/bare/build.conf': "PROVE_ALLOW='symlink /opt/tool: comes with a volume'\n",
      'namespaces/pv/images/bare/Dockerfile.template': 'FROM scratch\nADD rootfs.tar /\n',
    });
    const { exitCode, stderr } = await kubler(['build', 'pv'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    for (const format of ['docker-archive', 'oci-archive', 'oci-layout', 'rootfs-tar'])
      await kubler(['export', 'pv/jq', '--format', format, '-o', `jq.${format}`], { cwd: dir });
  });

  it('finds nothing in an image of ours, whatever it lies in', async () => {
    for (const source of [
      'pv/jq',
      'pv/jq:latest',
      'jq.docker-archive',
      'jq.oci-archive',
      './jq.oci-layout',
      'jq.rootfs-tar',
    ])
      expect(await run(source), source).toMatchObject({ exitCode: 0, stdout: clean });
    const line = `'${process.execPath}' '${repositoryDir}/bin/kubler.js' prove - < jq.rootfs-tar`;
    const env = { KUBLER_DATA_DIR: sharedDataDir() };
    expect(await execa('sh', ['-c', line], { cwd: dir, env })).toMatchObject({ stdout: clean });
  });

  it('shows what was waived', async () => {
    const { exitCode, stdout } = await run('pv/bare');
    expect([exitCode, stdout]).toEqual([
      0,
      `waived   symlink  /opt/tool points to nowhere, but there is no /opt/nowhere
                  waived: comes with a volume
0 errors, 0 warnings, 1 waived in 0 files`,
    ]);
  });

  it('names what an image built elsewhere breaks, and ends with 1', async () => {
    const source = 'int main(void) { return 0; }';
    execFileSync('gcc', ['-o', join(dir, 'tool'), '-x', 'c', '-'], { input: source });
    const bytes = readFileSync(join(dir, 'tool'));
    async function* content() {
      yield await Promise.resolve(bytes);
    }
    const tool = member({ path: 'bin/tool', mode: 0o755, size: bytes.length, content });
    const image = { layers: [[tool]], config: { Entrypoint: ['/bin/tool'], User: 'app' } };
    writeFiles(join(dir, 'broken'), await ociFiles(image));
    writeFileSync(join(dir, 'broken.tar'), await tarOfFiles(await dockerFiles(image)));
    for (const name of ['./broken', 'broken.tar']) {
      const { exitCode, stdout } = await run(name);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^error +elf-interpreter +\/bin\/tool needs the loader \/lib64\/ld-linux/m);
      expect(stdout).toMatch(/^error +elf-needed +\/bin\/tool needs libc\.so\.6/m);
      expect(stdout).toMatch(/^error +user +\/etc\/passwd USER names the user "app"/m);
      expect(stdout).toMatch(/^3 errors, 0 warnings, 0 waived in 1 file$/m);
    }
    const report = JSON.parse((await run('./broken', '--json')).stdout) as { findings: object[] };
    expect(report).toMatchObject({ kind: 'OCI layout', errors: 3, files: 1 });
    expect(report.findings[0]).toMatchObject({ code: 'user', severity: 'error', subject: '/etc/passwd' });
  });

  it('measures an image to the byte, whatever it lies in', async () => {
    const listed = execFileSync('tar', ['-tvf', join(dir, 'jq.rootfs-tar')])
      .toString()
      .split('\n');
    const sizes = listed.filter((line) => line.startsWith('-')).map((line) => Number(line.split(/ +/)[2]));
    const bytes = sizes.reduce((sum, each) => sum + each, 0);
    for (const source of ['pv/jq', 'jq.oci-archive']) {
      const { stdout } = await kubler(['size', source, '--json'], { cwd: dir });
      const report = JSON.parse(stdout) as Record<'packages' | 'kinds' | 'directories', { bytes: number }[]>;
      expect(report).toMatchObject({ bytes, files: sizes.length, tree: { name: '/', bytes } });
      for (const rows of [report.packages, report.kinds, report.directories])
        expect(rows.reduce((sum, each) => sum + each.bytes, 0)).toBe(bytes);
    }
    const { stdout } = await kubler(['size', 'pv/jq'], { cwd: dir });
    expect(stdout).toMatch(/^libc6 +\d+ +\d\.\d MB +\d+\.\d %$/m);
    expect(stdout).toMatch(/^libraries +\d+ +/m);
    expect(stdout).toMatch(/^\(Kubler\) +\d+ +/m);
    const tree = await kubler(['size', 'pv/jq', '--tree', '--depth', '1'], { cwd: dir });
    expect(tree.stdout).toMatch(/^ +\d\.\d MB +\/ +\(\d+ files\)\n +\d\.\d MB {4}usr +\(\d+ files\)$/m);
  });

  const why = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await kubler(['why', ...args], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    expect(stdout.split('\n').length).toBeLessThanOrEqual(24);
    return stdout;
  };

  it('says why a path is there', async () => {
    const library = await why('pv/jq', '/lib/x86_64-linux-gnu/libonig.so.5');
    expect(library).toMatch(/^path +\/usr\/lib\/x86_64-linux-gnu\/libonig\.so\.5, link to libonig/m);
    const program = await why('pv/jq', '/usr/bin/jq');
    expect(program).toMatch(/^from +package jq 1\.\S+ \(amd64\)$/m);
    expect(program).toMatch(/^asked for +jq, asked for by pv\/jq$/m);
    expect(program).toMatch(/^needed by +CMD$/m);
    expect(program).toMatch(/^breaks +CMD$/m);
    expect(await why('pv/bare', 'opt/tool')).toMatch(/^from +hook finish_rootfs_build$/m);
    expect(await why('jq.rootfs-tar', '/usr/bin/jq')).toMatch(/^path +\/usr\/bin\/jq, \d+ kB$/m);
  });

  it('says why a package is there, and what it takes to do without', async () => {
    const shown = await why('pv/jq', 'libonig5');
    expect(shown).toMatch(/^asked for +jq → libjq1 → libonig5, asked for by pv\/jq$/m);
    expect(shown).toMatch(/^depended on +by jq, libjq1$|^depended on +by libjq1$/m);
    expect(shown).toMatch(
      /^breaks +\/usr\/lib\/x86_64-linux-gnu\/libjq\.so\.\S+ \(library libonig\.so\.5\)$/m,
    );
    const { stdout } = await kubler(['why', 'pv/jq', 'jq', '--json'], { cwd: dir });
    const report = JSON.parse(stdout) as { removal: { packages: string[]; bytes: number }; bytes: number };
    expect(report.removal.packages).toEqual(expect.arrayContaining(['libc6', 'libjq1', 'libonig5']));
    expect(report.removal.bytes).toBeGreaterThan(report.bytes);
  });

  it('says why something is not there', async () => {
    expect(await why('pv/jq', 'bash')).toMatch(/^why +carve left package bash out: nothing that was asked/m);
    expect(await why('pv/bare', '/bin/bash')).toMatch(/^path +\/usr\/bin\/bash: not in the image$/m);
    expect(await why('pv/jq', '/bin/bash')).toMatch(/^path +\/usr\/bin\/bash: not in the image$/m);
    const pruned = await why('pv/jq', '/usr/share/man/man1/jq.1.gz');
    expect(pruned).toMatch(/^from +package jq\nwhy +prune took it out by the rule "man"$/m);
  });

  it.each([
    ['libonig6', 'did you mean "libonig5"?'],
    ['/usr/bin/jqq', 'did you mean "/usr/bin/jq"?'],
    ['/opt/jq', 'did you mean "/usr/bin/jq"?'],
  ])('asks back about %s', async (what, hint) => {
    const { exitCode, stderr } = await kubler(['why', 'pv/jq', what], { cwd: dir });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(hint)]);
  });

  it.each([
    [['nothing.tar'], 'there is no such file'],
    [['pv/other'], 'none of that name'],
    [['.'], 'a folder without oci-layout and index.json'],
    [['kubler.config.yaml'], 'neither an image nor a tar archive'],
    [['--platform', 'linux/s390x', 'jq.oci-archive'], 'no image for linux/s390x'],
    [['--platform', 'x', 'jq.oci-archive'], 'cannot read "x" as a platform'],
  ])('refuses %j with the reason', async (args, reason) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect([stdout, stderr]).toEqual(['', expect.stringContaining(reason)]);
    expect(exitCode).toBeGreaterThan(0);
  });
});
