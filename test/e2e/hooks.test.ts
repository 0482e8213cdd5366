import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unpackImage } from '../support/exported-image.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

interface Built {
  readonly image: string;
  readonly packages: readonly { readonly name: string }[];
}

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

requires(
  'root',
  'runc',
  'debootstrap',
  'tar',
)('build.sh', () => {
  const dir = useTempDir();
  let server: Server;
  const served: string[] = [];
  /** What a hook has done on this side while it waits for the answer. */
  const actions = new Map<string, () => void>();

  /** Writes an image of the namespace `hook`, builds it and unpacks it. */
  const build = async (name: string, files: Readonly<Record<string, string>>) => {
    writeTree(join(dir, 'namespaces/hook/images', name), { 'Dockerfile.template': dockerfile, ...files });
    const { exitCode, stdout, stderr } = await kubler(['build', '--json', `hook/${name}`], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    const image = (JSON.parse(stdout) as Built[]).find(({ image }) => image === `hook/${name}`);
    const root = await unpackImage(dir, `hook/${name}`);
    const read = (path: string): string => readFileSync(join(root, path), 'utf8');
    return { root, read, packages: image?.packages.map((each) => each.name) ?? [] };
  };
  /** The same for one that cannot be built; gives the error. */
  const buildError = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
    writeTree(join(dir, 'namespaces/hook/images', name), { 'Dockerfile.template': dockerfile, ...files });
    const { exitCode, stderr } = await kubler(['build', `hook/${name}`], { cwd: dir });
    expect(exitCode, stderr).toBe(1);
    return stderr.slice(stderr.indexOf('error: '));
  };

  beforeAll(async () => {
    writeTree(dir, { 'kubler.config.yaml': 'network: { no_proxy: 127.0.0.1 }\n' });
    server = createServer((request, response) => {
      const path = request.url ?? '';
      const act = actions.get(path) ?? (() => served.push(path));
      act();
      response.end('served\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  it('has its hooks run in order, in the documented environment', async () => {
    const { read } = await build('environment', {
      'build.conf': `BOB_TEXT='two words $HOME'\nBOB_LIST=(a 'b c')\nINSTALL_MODE='extracted'\n`,
      'build.sh': `_packages="jq"
note() { echo "$*" >> /notes; }
configure_builder() { note "configure_builder"; }
configure_rootfs_build() {
  [[ -e "\${_ROOTFS}/usr/bin/jq" ]] && note "jq is there"
  note "configure_rootfs_build in \${PWD}"
}
finish_rootfs_build() {
  [[ -e "\${_ROOTFS}/usr/bin/jq" ]] && note "jq is there"
  note "finish_rootfs_build"
  note "roots \${_ROOTFS} \${_EMERGE_ROOT}"
  note "config $(cd "\${_CONFIG}" && ls) $(touch "\${_CONFIG}/file" 2>/dev/null || echo 'is read-only')"
  note "variables \${BOB_TEXT} \${BOB_LIST}"
  note "world \${TZ} \${LC_ALL} \${DEBIAN_FRONTEND} \${PYTHONHASHSEED} $(umask) $(hostname) $(id -u)"
  [[ "\${SOURCE_DATE_EPOCH}" -gt 1600000000 ]] && note "epoch is set"
  cp /notes "\${_ROOTFS}/notes"
}
`,
    });
    expect(read('notes').split('\n')).toEqual([
      'configure_builder',
      'configure_rootfs_build in /',
      'jq is there',
      'finish_rootfs_build',
      'roots /emerge-root /emerge-root',
      'config Dockerfile.template',
      'build.conf',
      'build.sh is read-only',
      'variables two words $HOME a b c',
      'world UTC C.UTF-8 noninteractive 0 0022 kubler 0',
      'epoch is set',
      '',
    ]);
  });

  it('sees what BUILDER_MOUNTS and BUILDER_DOCKER_ARGS give it, under the rules of BUILDER_SECCOMP', async () => {
    const folder = join(dir, 'mounted');
    writeTree(folder, { file: 'given\n' });
    const noPriority = { names: ['setpriority'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 };
    const profile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [noPriority] };
    const files = (mount: string) => ({
      'build.conf': `INSTALL_MODE='extracted'
BUILDER_MOUNTS=('${mount}')
BUILDER_DOCKER_ARGS=('--volume' '${folder}:/mnt/given:ro' --env 'OWN=a b' '--add-host=some.test:192.0.2.7' --memory=1g)
BUILDER_SECCOMP='profile.json'
BUILDER_CAPS_SYS_PTRACE='true'
`,
      'profile.json': JSON.stringify(profile),
      'build.sh': `finish_rootfs_build() {
  cat /mnt/given/file > "\${_ROOTFS}/seen"
  echo "\${OWN} $(getent hosts some.test | tr -s ' ')" >> "\${_ROOTFS}/seen"
  (nice -n 5 true 2>&1 || true) | grep -o 'No space.*' >> "\${_ROOTFS}/seen"
  echo made > /mnt/written/made
}
`,
    });
    const { read } = await build('mounts', files(`${folder}:/mnt/written`));
    expect(read('seen')).toBe('given\na b 192.0.2.7 some.test\nNo space left on device\n');
    expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('made\n');
    writeTree(join(dir, 'namespaces/hook/images/mounts'), files('./missing:/mnt/missing'));
    const { exitCode, stderr } = await kubler(['build', 'hook/mounts'], { cwd: dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('warning: BUILDER_DOCKER_ARGS: the native engine sets no limits');
    expect(stderr).toMatch(
      /error: cannot mount ".*missing" at "\/mnt\/missing": there is no .*\n.*build\.conf:2:/,
    );
  });

  it('sees its folder alike, whoever checked it out, and has what it copies alike', async () => {
    const folder = join(dir, 'namespaces/hook/images/copy');
    writeTree(folder, { 'files/conf': 'conf\n', 'files/run': 'run\n', 'files/.git/HEAD': '', '.git': 'x' });
    chmodSync(join(folder, 'files/conf'), 0o660);
    chmodSync(join(folder, 'files/run'), 0o700);
    chmodSync(join(folder, 'files'), 0o2770);
    for (const name of ['files', 'files/conf', 'files/run']) chownSync(join(folder, name), 1234, 1234);
    const { root, read } = await build('copy', {
      'build.sh': `finish_rootfs_build() {
  cp -a "\${_CONFIG}/files" "\${_ROOTFS}/files"
  (cd "\${_CONFIG}" && find . -printf '%p %m %U:%G %Ts\\n' | LC_ALL=C sort) > "\${_ROOTFS}/list"
  echo "\${SOURCE_DATE_EPOCH}" > "\${_ROOTFS}/epoch"
}
`,
    });
    const seen = (path: string, mode: string): string => `${path} ${mode} 0:0 ${read('epoch')}`;
    expect(read('list')).toBe(
      [
        ...[seen('.', '755'), seen('./Dockerfile.template', '644'), seen('./build.sh', '644')],
        ...[seen('./files', '755'), seen('./files/conf', '644'), seen('./files/run', '755')],
      ].join(''),
    );
    const { uid, gid, mode, mtimeMs } = statSync(join(root, 'files/run'));
    expect([uid, gid, mode & 0o7777, mtimeMs / 1000]).toEqual([0, 0, 0o755, Number(read('epoch'))]);
  });

  it('makes the image of its folder as it was planned, whatever becomes of it meanwhile', async () => {
    const { port } = server.address() as AddressInfo;
    const file = join(dir, 'namespaces/hook/images/steady/note');
    actions.set('/change', () => writeFileSync(file, 'two'));
    const mount = '--mount=source=note,target=/seen';
    const { read } = await build('steady', {
      'build.conf': "INSTALL_MODE='extracted'\n",
      'build.sh': `_packages="busybox-static"
finish_rootfs_build() {
  exec 3<>/dev/tcp/127.0.0.1/${port}
  printf 'GET /change HTTP/1.0\\r\\n\\r\\n' >&3
  cat <&3
}
`,
      'Dockerfile.template': `${dockerfile}COPY note /copied\nRUN ${mount} ["/bin/busybox", "cp", "/seen", "/ran"]\n`,
      note: 'one',
    });
    expect(readFileSync(file, 'utf8')).toBe('two');
    expect([read('copied'), read('ran')]).toEqual(['one', 'one']);
  });

  it('may remove the tools of the root it builds in', async () => {
    const { root } = await build('bare', {
      'build.conf': "INSTALL_MODE='extracted'\n",
      'build.sh': `_packages="busybox-static"
finish_rootfs_build() {
  rm "\${_ROOTFS}/bin/sh" "\${_ROOTFS}/usr/bin/find" "\${_ROOTFS}/bin/tar"
}
`,
    });
    expect(existsSync(join(root, 'bin/busybox'))).toBe(true);
  });

  it('edits files with sed-or-die, which fails when nothing matches', async () => {
    const { read } = await build('sed', {
      'build.sh': `finish_rootfs_build() {
  echo "Listen 80" > "\${_ROOTFS}/conf"
  sed-or-die '^Listen .*' 'Listen 8080/tcp' "\${_ROOTFS}/conf"
  sed-or-die 'no such line' '' "\${_ROOTFS}/conf" || echo "status $?" >> "\${_ROOTFS}/conf"
  sed-or-die a b /no/such/file || echo "status $?" >> "\${_ROOTFS}/conf"
}
`,
    });
    expect(read('conf')).toBe('Listen 8080/tcp\nstatus 3\nstatus 5\n');
    const error = await buildError('sed-fails', {
      'build.sh': 'finish_rootfs_build() {\n  sed-or-die absent x "${_ROOTFS}/etc/fstab"\n}\n',
    });
    expect(error).toContain('namespaces/hook/images/sed-fails/build.sh:2');
    expect(error).toContain('nothing in /emerge-root/etc/fstab matches absent');
  });

  it.each([
    ['a condition', 'if ! die "no more" 7; then :; fi'],
    ['a function in a condition', 'give_up || true'],
    ['a subshell', '( die "no more" 7 ) || true'],
    [
      'a substitution, its output thrown away',
      'local text; if text="$(give_up 2>&1)"; then :; fi 2>/dev/null',
    ],
    ['a pipe', 'die "no more" 7 | cat || true'],
  ])('ends where it dies, and says in which line: in %s', async (where, command) => {
    const error = await buildError(`die-${where.replace(/\W+/g, '-')}`, {
      'build.sh': `give_up() { die "no more" 7; }
finish_rootfs_build() {
  ${command}
  echo "goes on"
}
`,
    });
    expect(error).toContain('finish_rootfs_build ended with status 7');
    expect(error).toContain('error: no more');
    expect(error).toContain(command.includes('give_up') ? 'build.sh:1:' : 'build.sh:3:');
    expect(error).not.toContain('goes on');
  });

  it('is not kept waiting by what a hook leaves behind', async () => {
    const { read } = await build('daemon', {
      'build.sh': `finish_rootfs_build() {
  sleep 3600 &
  setsid sleep 3600 &
  (trap '' HUP TERM; exec yes 'and so on') &
  echo done > "\${_ROOTFS}/done"
}
`,
    });
    expect(read('done')).toBe('done\n');
  });

  it('downloads files with download_file, and refuses other bytes than were asked for', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/source.txt`;
    const { read } = await build('download', {
      'local.txt': 'local\n',
      'build.sh': `configure_rootfs_build() {
  download_file "file://\${_CONFIG}/local.txt" sha256:${sha256('local\n')}
  cp "\${__download_file}" "\${_ROOTFS}/local"
  download_file ${url} other-name.txt sha256:${sha256('served\n')}
  cp "\${__download_file}" "\${_ROOTFS}/served"
  echo "\${__download_file}" >> "\${_ROOTFS}/served"
}
`,
    });
    expect(read('local')).toBe('local\n');
    expect(read('served')).toBe('served\n/distfiles/other-name.txt\n');
    expect(served).toEqual(['/source.txt']);
    const error = await buildError('download-fails', {
      'build.sh': `configure_rootfs_build() { download_file ${url} sha256:${sha256('else')}; }\n`,
    });
    expect(error).toContain(`download_file ${url}: wrong checksum`);
  });

  it('copies the libraries of GCC with copy_gcc_libs, for what it compiles', async () => {
    const { root } = await build('cxx', {
      'build.conf': "BUILDER='cxx'\n",
      'hello.cc': '#include <iostream>\nint main() { std::cout << "hello from C++\\n"; }\n',
      'build.sh': `_packages="libc6"
finish_rootfs_build() {
  g++ -o "\${_ROOTFS}/hello" "\${_CONFIG}/hello.cc"
  copy_gcc_libs
  log_as_installed 'manual install' 'hello-1.0' 'compiled here'
}
`,
      '../../../../builders/cxx/build.conf': "PACKAGE_MANAGER='apt'\nBUILDER='debian'\n",
      '../../../../builders/cxx/build.sh': '_packages="g++"\n',
    });
    expect(existsSync(join(root, 'hello'))).toBe(true);
    expect((await kubler(['run', 'hook/cxx', '--', '/hello'], { cwd: dir })).stdout).toBe('hello from C++');
    const record = readFileSync(join(sharedDataDir(), 'images/hook/cxx/image.json'), 'utf8');
    expect((JSON.parse(record) as { logged: unknown }).logged).toEqual([
      { group: 'manual install', name: expect.stringMatching(/^gcc-libs-12\./) as string, note: '' },
      { group: 'manual install', name: 'hello-1.0', note: 'compiled here' },
    ]);
  });

  describe('packages that need not be in the image', () => {
    const jq = (hook: string) => ({
      'build.conf': "INSTALL_MODE='extracted'\n",
      'build.sh': `_packages="curl"\nconfigure_rootfs_build() {\n  ${hook}\n}\n`,
    });

    it('are left out with what only they need: provide_package, uninstall_package', async () => {
      const whole = await build('whole', jq(':'));
      expect(whole.packages).toEqual(
        expect.arrayContaining(['libldap-2.5-0', 'libsasl2-2', 'libsasl2-modules-db']),
      );
      const { packages, root } = await build('provided', jq('provide_package libsasl2-modules-db'));
      expect(whole.packages.filter((name) => !packages.includes(name))).toEqual([
        'libdb5.3',
        'libsasl2-modules-db',
      ]);
      expect(existsSync(join(root, 'var/lib/dpkg/status.d/libdb5.3'))).toBe(false);
      expect((await build('uninstalled', jq('uninstall_package libsasl2-modules-db'))).packages).toEqual(
        packages,
      );
    });

    it('come back in a child with unprovide_package', async () => {
      const child = await build('unprovided', {
        'build.conf': "IMAGE_PARENT='provided'\nINSTALL_MODE='extracted'\n",
        'build.sh':
          '_packages="libsasl2-modules-db"\nconfigure_rootfs_build() { unprovide_package libsasl2-modules-db; }\n',
      });
      expect(child.packages).toEqual(expect.arrayContaining(['curl', 'libdb5.3', 'libsasl2-modules-db']));
    });

    it("are no other image's affair, though it shares the installation", async () => {
      const inBuilder = {
        'build.conf': "INSTALL_MODE='extracted'\n",
        'build.sh': '_packages="jq"\nconfigure_builder() { provide_package gcc-12-base; }\n',
      };
      expect((await build('alone', inBuilder)).packages).not.toContain('gcc-12-base');
      const plain = { 'build.conf': "INSTALL_MODE='extracted'\n", 'build.sh': '_packages="jq"\n' };
      expect((await build('plain', plain)).packages).toContain('gcc-12-base');
    });
  });

  it('is told what an image cannot have', async () => {
    const make = 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un("/emerge-root/srv/s")) or die';
    await build('socket', { 'build.sh': `finish_rootfs_build() { perl -MSocket -e '${make}'; }\n` });
    const { stdout } = await kubler(['build', '--json', 'hook/socket'], { cwd: dir });
    expect(JSON.parse(stdout)).toMatchObject([{ dropped: [{ what: 'sockets', files: 1 }] }]);
  });

  it('learns versions with get_package_version', async () => {
    const { read } = await build('version', {
      'build.conf': "INSTALL_MODE='extracted'\n",
      'build.sh': `_packages="jq"
finish_rootfs_build() {
  get_package_version jq > "\${_ROOTFS}/versions"
  get_package_version make >/dev/null
  echo "make \${__get_package_version}" >> "\${_ROOTFS}/versions"
}
`,
    });
    expect(read('versions')).toMatch(/^1\.6-\S+\nmake 4\.3-\S+\n$/);
  });

  it('keeps headers and static libraries where it says so, and paths of KEEP', async () => {
    const lz4 = (conf: string, flags: string) => ({
      'build.conf': `INSTALL_MODE='extracted'\n${conf}\n`,
      'build.sh': `_packages="liblz4-dev"\n${flags}\n`,
    });
    const has = (root: string) => ({
      header: existsSync(join(root, 'usr/include/lz4.h')),
      library: existsSync(join(root, `usr/lib/${multiarch}/liblz4.a`)),
      changelog: existsSync(join(root, 'usr/share/doc/liblz4-dev/changelog.Debian.gz')),
    });
    const none = { header: false, library: false, changelog: false };
    expect(has((await build('dev', lz4('', ''))).root)).toEqual(none);
    const headers = await build('dev-headers', lz4('', '_keep_headers=true'));
    expect(has(headers.root)).toEqual({ ...none, header: true });
    const statics = await build('dev-static', lz4('', '_keep_static_libs=true'));
    expect(has(statics.root)).toEqual({ ...none, library: true });
    const kept = await build('dev-keep', lz4("KEEP='usr/share/doc/liblz4-dev/changelog*'", ''));
    expect(has(kept.root)).toEqual({ ...none, changelog: true });
    const pruned = await build('dev-prune', lz4("PRUNE='-headers -docs'", ''));
    expect(has(pruned.root)).toEqual({ ...none, header: true, changelog: true });
  });
});
