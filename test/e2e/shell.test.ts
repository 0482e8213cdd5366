import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { typeInto } from '../support/type-into.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

requires(
  'root',
  'runc',
  'debootstrap',
  'script',
)('shells in build containers', () => {
  const dir = useTempDir();
  const image = (hooks: string, packages = 'hello') => ({
    'build.conf': "INSTALL_MODE='extracted'\nBOB_GREETING='x y'\n",
    'build.sh': `_packages="${packages}"\n${hooks}\n`,
    'Dockerfile.template': 'FROM scratch\nADD rootfs.tar /\n',
  });
  const shell = (args: readonly string[], input: string) => kubler(args, { cwd: dir, input });

  const atTerminal = (args: string) => {
    const command = `stty rows 31 cols 99; ${process.execPath} ${repositoryDir}/bin/kubler.js ${args}; echo status $?`;
    return spawn('script', ['-qec', command, '/dev/null'], {
      cwd: dir,
      env: { ...process.env, KUBLER_DATA_DIR: sharedDataDir(), TERM: 'dumb' },
    });
  };

  beforeAll(() => {
    writeTree(join(dir, 'namespaces/shell/images'), {
      ...under(
        'good',
        image(
          'configure_rootfs_build() { echo "configured $BOB_GREETING"; }\nfinish_rootfs_build() { echo finished; }',
        ),
      ),
      ...under('kept', image('')),
      ...under('hook', image('finish_rootfs_build() {\n  touch /left-here\n  echo said; false\n}')),
      ...under('slow', image('finish_rootfs_build() {\n  echo "it sleeps"; sleep 54321\n}')),
      ...under('install', image('', 'no-such-package')),
    });
    writeTree(dir, { 'kubler.config.yaml': '{}\n' });
  });

  it('go on where a build failed whose containers are kept', async () => {
    const { exitCode, stderr } = await kubler(['build', '--keep', 'shell/hook'], { cwd: dir });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /hint: what failed is kept until `kubler clean`; enter it with\n {2}kubler shell shell\/hook$/,
    );
    const left = await shell(['shell', 'shell/hook'], 'ls /left-here "$_ROOTFS/usr/bin/hello"');
    expect(left.stdout).toBe('/emerge-root/usr/bin/hello\n/left-here');
    expect((await shell(['shell', '--fresh', 'shell/hook'], 'ls /left-here')).exitCode).not.toBe(0);
  });

  it('run standard input just before the build, and try it', async () => {
    const script = `
      test -z "$(ls "$_ROOTFS/usr/bin/hello" 2> /dev/null)" && test -f /config/build.sh && echo before
      declare -F provide_package finish_rootfs_build
      apt-cache policy hello | head -n 1
      configure_rootfs_build
      kubler-build-root && "$_ROOTFS/usr/bin/hello"
      touch "$_ROOTFS/left"
      false
      exit 7`;
    const { exitCode, stdout, stderr } = await shell(['shell', 'shell/good'], script);
    expect(
      stdout.split('\n').filter((line) => !line.startsWith('    ')),
      stderr,
    ).toEqual([
      ...['before', 'provide_package', 'finish_rootfs_build', 'hello:'],
      ...[
        'configured x y',
        '==> resolve',
        '==> configure_rootfs_build',
        'configured x y',
        '==> fetch',
        '==> unpack',
      ],
      ...[
        '==> finish_rootfs_build',
        'finished',
        '==> done: what the image is carved from is in $_ROOTFS',
        'Hello, world!',
      ],
    ]);
    expect(exitCode).toBe(7);
    expect((await shell(['shell', 'shell/good'], 'ls $_ROOTFS/left')).exitCode).not.toBe(0);
  });

  it('say why a build that is tried fails', async () => {
    const hook = await shell(['shell', 'shell/hook'], 'kubler-build-root; echo "status $?"; ls /left-here');
    expect(hook.stdout).toContain(
      'said\nerror: cannot build shell/hook: finish_rootfs_build ended with status 1\n',
    );
    expect(hook.stdout).toMatch(/build\.sh:4:[\s\S]*status 1\n\/left-here$/);
    const install = await shell(['shell', 'shell/install'], 'kubler-build-root');
    expect(install).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('Unable to locate') as unknown,
    });
  });

  it('open where a step failed, with --shell-on-failure', async () => {
    const script = 'ls /left-here; echo "$BOB_GREETING"; "$_ROOTFS/usr/bin/hello"; kubler-build-root';
    const build = ['build', '--shell-on-failure', '--verbose'];
    const { exitCode, stdout, stderr } = await shell([...build, 'shell/hook'], script);
    expect(stdout).toMatch(/^\/left-here\nx y\nHello, world!\n/);
    expect(stderr).toMatch(
      /finish_rootfs_build ended with status 1[\s\S]*kubler-build-root: only in `kubler shell`/,
    );
    expect(exitCode).toBe(1);
    expect((await shell([...build, 'shell/good'], 'echo opened')).stdout).not.toContain('opened');
  });

  it('go on from what was left with --keep, until clean', async () => {
    const keep = await shell(
      ['shell', '--fresh', '--keep', 'shell/kept'],
      'touch /left "$_ROOTFS/left"; exit 7',
    );
    expect(keep.exitCode, keep.stderr).toBe(7);
    const look = 'ls /left "$_ROOTFS/left"';
    const again = await shell(['shell', 'shell/kept'], `${look}; kubler-build-root && rm /left`);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('/emerge-root/left\n/left') as unknown,
    });
    expect((await shell(['shell', '--fresh', 'shell/kept'], look)).exitCode).not.toBe(0);
    expect((await shell(['shell', 'shell/kept'], look)).exitCode).toBe(0);
    expect((await shell(['build', 'shell/kept', '--json'], '')).exitCode).toBe(0);
    const built = await shell(
      ['export', 'shell/kept', '--format', 'rootfs-tar', '--output', 'x.tar', '--force'],
      '',
    );
    expect(built.exitCode, built.stderr).toBe(0);
    expect((await execa('tar', ['-tf', join(dir, 'x.tar')])).stdout).not.toContain('left');
    expect((await shell(['clean', '--dry-run'], '')).stdout).toMatch(/^kept shells: .*shell\/kept\), /m);
  });

  it('end a build that is tried with Ctrl-C, and go on', async () => {
    const sleeping = async () => (await execa('ps', ['-eo', 'args'])).stdout.match(/^sleep 54321$/gm) ?? [];
    const terminal = atTerminal('shell shell/slow');
    const output = await typeInto(terminal, [
      ['shell/slow:/#', 'kubler-build-root\n'],
      ['it sleeps', '\x03'],
      ['shell/slow:/#', 'echo "status $?"; kubler-build-root\n'],
      ['status 130', ''],
      ['it sleeps', '\x03'],
      ['shell/slow:/#', 'exit 6\n'],
      ['status 6', ''],
    ]);
    expect(output).toContain('status 6');
    expect(await sleeping()).toEqual([]);
  });

  it('want one image', async () => {
    const { exitCode, stderr } = await shell(['shell', 'shell'], '');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('kubler shell NAMESPACE/IMAGE') as unknown,
    });
  });

  it('are interactive at a terminal', async () => {
    const terminal = atTerminal('build -i shell/good');
    const output = await typeInto(terminal, [
      ['shell/good:/#', 'die "it ends"; echo not reached\n'],
      ['error: it ends', 'stty size; configure_rootfs_build; false\n'],
      ['31 99', 'exit 5\n'],
      ['status 5', ''],
    ]);
    expect(output).toContain('kubler-build-root tries the build');
    expect(output).toContain('configured x y');
    expect(output).not.toMatch(/^not reached/m);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
  'script',
)('a build at a terminal', () => {
  const dir = useTempDir();

  it('shows the warnings of good and failed images below its table, where nothing writes over them', async () => {
    const image = (last: string) => ({
      'build.conf': '',
      'Dockerfile.template': `FROM scratch\nMAINTAINER ${basename(dir)}\nADD rootfs.tar /\n${last}`,
    });
    writeTree(join(dir, 'namespaces/terminal/images'), {
      ...under('good', image('')),
      ...under('bad', image('CMD ["/none"]\n')),
    });
    writeTree(dir, { 'kubler.config.yaml': '{}\n' });
    const command = `${process.execPath} ${repositoryDir}/bin/kubler.js build; echo status $?`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: dir,
      env: { ...process.env, KUBLER_DATA_DIR: sharedDataDir() },
    });
    const output = stripVTControlCharacters(await typeInto(terminal, [['status 1', '']]));
    const [, below = ''] = output.split(/^IMAGE .*$/m);
    for (const name of ['good', 'bad'])
      expect(below).toContain(`terminal/${name}: warning: Dockerfile.template:2: MAINTAINER is deprecated`);
    expect(below).toMatch(/^terminal\/good .* built: /m);
  });
});

const under = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]));
