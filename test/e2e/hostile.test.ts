import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const images = 'namespaces/evil/images';
/** Turns text red, sets the title of the terminal, clears the screen; the last in one character (C1). */
const escapes = '\u001b[31m\u001b]0;title\u0007\u009b2J';
/** Anything that a terminal does not simply show, but for line ends. */
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

requires('strace', 'mkfifo')('what only reads a project', () => {
  const scratch = useTempDir();
  const cwd = join(scratch, 'project');
  const marker = join(scratch, 'executed');
  const attack = `touch ${marker}`;
  const script = `#!/bin/sh\n${attack}\n`;

  beforeAll(() => {
    const executables = [
      `${images}/trap/build.sh`,
      `${images}/trap/build.conf`,
      'namespaces/evil/.git/hooks/post-checkout',
      '.git/hooks/post-checkout',
      'templates/image/build.sh',
      'builders/evil/build.sh',
      'node',
      'sh',
    ];
    writeTree(cwd, {
      ...Object.fromEntries(executables.map((path) => [path, script])),
      'kubler.config.yaml': '',
      '.git/config': `[core]\n  fsmonitor = "${attack}"\n  hooksPath = .git/hooks\n`,
      'package.json': `{ "scripts": { "prepare": "${attack}" }, "type": "module" }`,
      [`${images}/trap/build.conf`]: `BOB_X='$(${attack})'\nBOB_Y="a; ${attack}"\n`,
      [`${images}/trap/Dockerfile.template`]: `${template}ENV A="\${BOB_X}" B="\${BOB_NONE:-$(${attack})}" C="\`${attack}\`"\n`,
      [`${images}/child/build.conf`]: "IMAGE_PARENT='evil/trap'\n",
      [`${images}/child/Dockerfile.template`]: template,
      [`${images}/child/name${escapes}\nwith lines`]: '',
      [`${images}/child/huge`]: '',
      'builders/evil/build.conf': "BUILDER_BASE='debootstrap:bookworm'\n",
    });
    for (const path of executables) chmodSync(join(cwd, path), 0o755);
    for (const [name, target] of Object.entries({
      host: '/',
      loop: '.',
      up: '../../../..',
      gone: '/nonexistent',
    })) {
      symlinkSync(target, join(cwd, images, 'child', name));
    }
    makeFifo(join(cwd, images, 'child/pipe'));
    truncateSync(join(cwd, images, 'child/huge'), 2 ** 29);
  });

  it.each([
    'graph',
    'graph --format dot',
    'list',
    'list --json',
    'build --dry-run',
    'build --dry-run --json',
  ])('executes nothing of it: %s', async (line) => {
    const { programs, ...result } = await trace(line.split(' '), cwd, join(scratch, 'trace'));
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toContain('evil/child');
    expect(`${result.stdout}${result.stderr}`).not.toMatch(control);
    // What fetches and checks a package index, where there is none yet.
    const tools = ['node', 'gpgv', 'xz', 'dpkg', 'apt-config', 'sh'];
    for (const program of programs) {
      expect(tools).toContain(basename(program));
      expect(program.startsWith(scratch), program).toBe(false);
    }
    expect(existsSync(marker)).toBe(false);
  });

  it.each(['graph', 'migrate', 'migrate --write'])(
    'executes nothing of a project of the original: %s',
    async (line) => {
      const dir = join(scratch, 'original');
      writeTree(dir, {
        'kubler.conf': `IMAGE_TAG="$(${attack})"\nBOB_X=\`${attack}\`\nBOB_Y='$(${attack})'\n`,
        'push.conf': `DOCKER_PW=$(${attack})\n`,
        'cmd/graph.sh': script,
        'acme/kubler.conf': `DEFAULT_BUILDER="\${X:-$(${attack})}"\n`,
        'acme/images/a/build.conf': "IMAGE_PARENT='scratch'\nBUILDER='debian'\n",
        'acme/images/a/build.sh': script,
        'acme/images/a/Dockerfile.template': template,
      });
      const { programs, exitCode, stderr } = await trace(line.split(' '), dir, join(scratch, 'trace'));
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain('no command is executed to find its value');
      expect(programs.map((program) => basename(program))).toEqual(['node']);
      expect(existsSync(marker)).toBe(false);
    },
  );

  it.each([
    '$(CMD)',
    '`CMD`',
    '${X:-$(CMD)}',
    '${X:-`CMD`}',
    '<(CMD)',
    '"$(CMD)"',
    '$((a[$(CMD)]))',
    'x; CMD',
    'x && CMD',
    '(`CMD`)',
  ])('refuses a build.conf with BOB_X=%s without executing it', async (value) => {
    const dir = join(scratch, 'substitution');
    writeTree(dir, {
      'kubler.config.yaml': '',
      [`${images}/a/build.conf`]: `BOB_X=${value.replace('CMD', attack)}\n`,
      [`${images}/a/Dockerfile.template`]: template,
    });
    const { programs, exitCode, stderr } = await trace(['graph'], dir, join(scratch, 'trace'));
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^error: cannot read build\.conf: .* is not allowed\n {2}--> namespaces\/evil\/images\/a\/build\.conf:1:\d+$/m,
    );
    expect(programs.map((program) => basename(program))).toEqual(['node']);
    expect(existsSync(marker)).toBe(false);
  });
});

requires('mkfifo')('files that are none', () => {
  const root = useTempDir();
  let count = 0;

  /** A project with one sound image, and `spoil` done to it. */
  const spoilt = (spoil: (dir: string) => void): string => {
    const dir = join(root, `${++count}`);
    writeTree(dir, {
      'kubler.config.yaml': '',
      [`${images}/a/Dockerfile.template`]: template,
      [`${images}/b/`]: '',
    });
    spoil(dir);
    return dir;
  };

  it.each<readonly [string, string, (path: string) => void]>([
    ['a pipe', 'kubler.config.yaml', makeFifo],
    ['a pipe', 'namespaces/evil/kubler.config.yaml', makeFifo],
    ['a pipe', `${images}/b/build.conf`, makeFifo],
    ['a pipe', `${images}/b/build.sh`, makeFifo],
    ['a pipe', `${images}/b/Dockerfile.template`, makeFifo],
    ['a device', `${images}/b/build.conf`, (path) => symlinkSync('/dev/zero', path)],
    ['a huge file', `${images}/b/build.conf`, makeHuge],
    ['a huge file', 'kubler.config.yaml', makeHuge],
    ['no text', `${images}/b/build.conf`, (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x00]))],
  ])(
    '%s in the place of %s is refused at once',
    async (_what, path, make) => {
      const dir = spoilt((project) => {
        execFileSync('rm', ['-f', join(project, path)]);
        make(join(project, path));
      });
      const { exitCode, stderr } = await kubler(['list'], { cwd: dir });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(new RegExp(`^error: cannot read "${join(dir, path)}": it is `, 'm'));
    },
    10_000,
  );

  it.each(['new\nline', `red${escapes}`, '-rf', 'ünï', 'a b', '\u202etxt.exe'])(
    'an image named %j is refused, its name made harmless',
    async (name) => {
      const dir = spoilt((project) =>
        writeTree(project, { [`${images}/${name}/Dockerfile.template`]: template }),
      );
      const { exitCode, stdout, stderr } = await kubler(['list'], { cwd: dir });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('is not a valid name');
      expect(stdout + stderr).not.toMatch(control);
    },
  );
});

requires(
  'root',
  'runc',
  'debootstrap',
)('text that steers a terminal', () => {
  const root = useTempDir();

  it('is harmless wherever it comes from', async () => {
    const quoted = `$'${escapes.replaceAll('\u001b', '\\e').replaceAll('\u0007', '\\a')}'`;
    const files = {
      'kubler.config.yaml': '',
      [`${images}/package/build.sh`]: `_packages=${quoted}jqq\n`,
      [`${images}/hook/build.sh`]: `finish_rootfs_build() { printf '%s\\n' ${quoted}; false # ${escapes}\n}\n`,
      [`${images}/template/Dockerfile.template`]: `${template}RUN ${escapes}\nCOPY x${escapes} /\nSTOPSIGNAL ${escapes}\n`,
      [`${images}/file/build.sh`]: `finish_rootfs_build() { touch "\${_ROOTFS}/"${quoted}; }\n`,
    };
    const names = ['package', 'hook', 'file'];
    writeTree(root, {
      ...files,
      ...Object.fromEntries(names.map((name) => [`${images}/${name}/Dockerfile.template`, template])),
    });
    const misread = await kubler(['build'], { cwd: root });
    expect(misread.exitCode).toBe(2);
    expect(misread.stderr).toContain('STOPSIGNAL �[31m');
    expect(misread.stdout + misread.stderr).not.toMatch(control);

    rmSync(join(root, images, 'template'), { recursive: true });
    const built = await kubler(['build'], { cwd: root });
    expect(built.exitCode).toBe(1);
    expect(built.stderr).toContain('apt says: Unable to locate package �[31m');
    expect(built.stdout + built.stderr).not.toMatch(control);

    writeTree(root, { [`${images}/file/${escapes}`]: '' });
    const again = await kubler(['build', '--dry-run', 'evil/file'], { cwd: root });
    expect(again.stdout).toContain('�[31m');
    expect(again.stdout + again.stderr).not.toMatch(control);
    const json = await kubler(['build', '--dry-run', '--json', 'evil/file'], { cwd: root });
    expect(json.stdout).not.toMatch(control);
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain('\u009b2J');
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('a hook', () => {
  const root = useTempDir();

  /** Runs shell commands in a hook; resolves with those that were possible. */
  async function possible(commands: readonly string[]): Promise<readonly string[]> {
    const tries = commands.map(
      (command, index) => `  if ( ${command} ) >/dev/null 2>&1; then echo "possible ${index}"; fi\n`,
    );
    writeTree(root, {
      'kubler.config.yaml': '',
      [`${images}/cage/build.sh`]: `finish_rootfs_build() {\n  echo reached\n${tries.join('')}}\n`,
      [`${images}/cage/Dockerfile.template`]: template,
    });
    const { exitCode, stderr } = await kubler(['build', '--force', 'evil/cage'], { cwd: root });
    expect(exitCode, stderr).toBe(0);
    const log = readFileSync(join(sharedDataDir(), 'logs/evil/cage/finish_rootfs_build.log'), 'utf8');
    expect(log).toContain('reached\n');
    return [...log.matchAll(/^possible (\d+)$/gm)].map(([, index]) => commands[Number(index)] ?? '');
  }

  it('can do its work', async () => {
    const work = [
      'touch /made',
      'touch "${_ROOTFS}/made"',
      'chown 33:33 /made',
      'mkdir /tmp/x',
      'test -r /config/build.sh',
    ];
    expect(await possible(work)).toEqual(work);
  });

  it('can do nothing to the host, nor see it', async () => {
    const number = process.arch === 'arm64' ? { initModule: 105, bpf: 280 } : { initModule: 175, bpf: 321 };
    expect(
      await possible([
        // Files of the host, and what is shown of it.
        `test -e '${root}'`,
        `test -e '${sharedDataDir()}'`,
        `test -e '${repositoryDir}/package.json'`,
        'touch /config/x',
        'touch /config/build.sh',
        'rm /config/build.sh',
        'chmod 777 /config/build.sh',
        'touch /.kubler/x',
        'echo >> /.kubler/core.sh',
        'touch /.kubler-apt/x',
        'touch /.kubler-archives/x',
        // Mounts and devices.
        'mount -t tmpfs none /mnt',
        'mount -o remount,rw /config',
        'mount -o remount,bind,rw /.kubler',
        'mount --bind /proc/1/root /mnt',
        'umount /config',
        'mknod /tmp/memory c 1 1',
        'mknod /tmp/disk b 8 0',
        'mknod "${_ROOTFS}/kmsg" c 1 11',
        'head -c 1 /dev/mem',
        'head -c 1 /dev/kmsg',
        // The kernel.
        'echo h > /proc/sysrq-trigger',
        'echo 1 > /proc/sys/kernel/core_uses_pid',
        'echo x > /sys/kernel/uevent_helper',
        `perl -e '$! = 0; syscall(${number.initModule}, 0, 0, 0); exit($! == 1)'`,
        `perl -e '$! = 0; syscall(${number.bpf}, 0, 0, 0); exit($! == 1)'`,
        'unshare --user true',
        'unshare --mount true',
        'hostname other',
        'date --set 2001-01-01',
        // Other processes.
        `kill -0 ${process.pid}`,
        'grep -l [k]ubler.js /proc/[0-9]*/cmdline',
        'grep -l [v]itest /proc/[0-9]*/cmdline',
        'nsenter --target 1 --mount test -e /work',
        'test "$(ls -d /proc/[0-9]* | wc -l)" -gt 20',
      ]),
    ).toEqual([]);
  });

  it('gets no file of the host by way of a certificate file', async () => {
    const dir = join(root, 'certificate');
    writeTree(dir, {
      'kubler.config.yaml': `network: { ca_file: ${join(dir, 'private')} }\n`,
      private: 'my own thing\n',
      [`${images}/ca/build.sh`]: 'finish_rootfs_build() { cat /.kubler-ca.pem; }\n',
      [`${images}/ca/Dockerfile.template`]: template,
    });
    const { exitCode, stderr } = await kubler(['build'], { cwd: dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `error: cannot use "${join(dir, 'private')}" as a certificate file: it has none`,
    );
  });

  it('cannot lead Kubler out of the target root by links', async () => {
    const outside = join(root, 'outside');
    writeTree(root, {
      'outside/': '',
      [`${images}/links/build.sh`]: [
        'finish_rootfs_build() {',
        '  cd "${_ROOTFS}"',
        `  ln -s '${outside}' data`,
        '  rm -rf mnt srv media && ln -s / srv && ln -s ../../../../../.. media',
        `  rm -rf etc/apt && ln -s '${outside}' etc/apt`,
        `  rm -f etc/passwd && ln -s /etc/shadow etc/passwd`,
        '}',
        '',
      ].join('\n'),
      [`${images}/links/secret`]: 'inside',
      [`${images}/links/Dockerfile.template`]: `${template}COPY secret /data/copied\nCOPY secret /srv/srv/copied\n`,
    });
    const { exitCode, stderr } = await kubler(['build', 'evil/links'], { cwd: root });
    expect(exitCode, stderr).toBe(0);
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync('/copied')).toBe(false);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('the password of a proxy', () => {
  const root = useTempDir();
  const password = 'pass%40word-7f3a';
  const forms = [
    password,
    decodeURIComponent(password),
    Buffer.from(`me:${decodeURIComponent(password)}`).toString('base64'),
  ];

  /** Files of the data dir that hold a text. */
  const filesWith = async (text: string): Promise<string> => {
    const flags = ['-rlF', '--exclude-dir=downloads', '--devices=skip'];
    return (await execa('grep', [...flags, text, sharedDataDir()], { reject: false })).stdout;
  };

  beforeAll(async () => {
    // No proxy answers, so what is to be downloaded has to be there.
    writeTree(root, {
      'kubler.config.yaml': '',
      [`${images}/before/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/before/build.sh`]: '_packages="jq busybox-static"\n',
      [`${images}/before/Dockerfile.template`]: template,
    });
    const { exitCode, stderr } = await kubler(['build'], { cwd: root });
    expect(exitCode, stderr).toBe(0);
  });

  it('reaches hooks, and no log, key, record, image or snapshot', async () => {
    const dataDir = sharedDataDir();
    writeTree(root, {
      'kubler.config.yaml': `network:\n  http_proxy: http://me:${password}@127.0.0.1:9\n  no_proxy: localhost\n`,
      [`${images}/proxied/build.sh`]: [
        '_packages="jq"',
        'finish_rootfs_build() {',
        '  [[ "${http_proxy}" == *7f3a@127.0.0.1:9 && "${HTTPS_PROXY}" == *7f3a@127.0.0.1:10 ]]',
        '  echo "$http_proxy"; env; export -p >&2',
        '  curl --verbose --max-time 2 http://example.invalid/ 2>&1 || true',
        '  log_as_installed manual "curl-1" "by hand"',
        '}',
        'configure_rootfs_build() { set -x; : "${https_proxy}"; }',
        '',
      ].join('\n'),
      [`${images}/proxied/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/proxied/Dockerfile.template`]: `${template}ENV PROXY="$http_proxy"\n`,
      [`${images}/failing/build.sh`]: 'finish_rootfs_build() { env; echo "${https_proxy}" >&2; false; }\n',
      [`${images}/failing/Dockerfile.template`]: template,
    });
    const env = { https_proxy: `http://me:${password}@127.0.0.1:10` };
    const { exitCode, stdout, stderr } = await kubler(['build', '--json', '--debug', '--force'], {
      cwd: root,
      env,
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('"built"');
    const log = readFileSync(join(dataDir, 'logs/evil/proxied/finish_rootfs_build.log'), 'utf8');
    expect(log).toContain('http_proxy=***');
    for (const form of forms) {
      expect(stdout + stderr).not.toContain(form);
      expect(await filesWith(form)).toBe('');
    }
  });

  it('is an error in a file of an image, KEEP or not', async () => {
    writeTree(root, {
      [`${images}/leaking/build.conf`]: "KEEP='/leak'\n",
      [`${images}/leaking/build.sh`]: 'finish_rootfs_build() { env > "${_ROOTFS}/leak"; }\n',
      [`${images}/leaking/Dockerfile.template`]: template,
    });
    const { exitCode, stderr } = await kubler(['build', 'evil/leaking'], { cwd: root });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot put "/leak" into evil/leaking: it holds a secret of a proxy');
    expect(stderr).toContain('hint: ');
    for (const form of forms) {
      expect(stderr).not.toContain(form);
      expect(await filesWith(form)).toBe('');
    }
  });

  it('is an error in a file that RUN makes', async () => {
    writeTree(root, {
      [`${images}/ran/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/ran/build.sh`]: '_packages="busybox-static"\n',
      [`${images}/ran/Dockerfile.template`]: `${template}RUN ["/bin/busybox", "sh", "-c", "echo $http_proxy > /leak"]\n`,
    });
    const { exitCode, stderr } = await kubler(['build', 'evil/ran'], { cwd: root });
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('cannot put "/leak" into evil/ran: it holds a secret of a proxy\n  --> '),
    ]);
    for (const form of forms) expect(stderr).not.toContain(form);
  });

  it('is no part of what an image is made from', async () => {
    const plan = async (env: Readonly<Record<string, string>>) =>
      (await kubler(['build', '--dry-run', '--json', 'evil/proxied'], { cwd: root, env })).stdout;
    expect(await plan({ https_proxy: 'http://me:other@127.0.0.1:11' })).toBe(await plan({}));
  });

  it('is not shown when its address is wrong', async () => {
    const { exitCode, stdout, stderr } = await kubler(['list'], {
      cwd: root,
      env: { http_proxy: `ftp://me:${password}@proxy` },
    });
    expect(exitCode).toBe(2);
    for (const form of forms) expect(stdout + stderr).not.toContain(form);
  });
});

function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** Takes no room on disk. */
function makeHuge(path: string): void {
  writeFileSync(path, '');
  truncateSync(path, 2 ** 33);
}

/** Runs the built command line under strace(1); `programs` are all that were executed. */
async function trace(args: readonly string[], cwd: string, traceFile: string) {
  const strace = ['-f', '-qq', '-e', 'trace=execve', '-s', '4096', '-o', traceFile];
  const { exitCode, stdout, stderr } = await execa(
    'strace',
    [...strace, process.execPath, join(repositoryDir, 'bin/kubler.js'), ...args],
    {
      cwd,
      env: { NO_COLOR: '1', KUBLER_DATA_DIR: sharedDataDir() },
      reject: false,
      timeout: 60_000,
      stdin: 'ignore',
    },
  );
  const calls = readFileSync(traceFile, 'utf8').matchAll(/execve\("([^"]*)".* = 0$/gm);
  return { exitCode, stdout, stderr, programs: [...calls].map(([, program = '']) => program) };
}
