import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { ordinaryUser, type OrdinaryUser } from '../support/ordinary-user.ts';
import { requires } from '../support/requires.ts';
import { member, tarOf } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';

/** What is particular about files of ordinary users' containers: other owners, capabilities, things removed. */
const files = {
  'kubler.config.yaml': 'default_builder: plain\n',
  'builders/plain/build.conf': "PACKAGE_MANAGER='apt'\nBUILDER_BASE='debootstrap:bookworm'\n",
  'namespaces/low/images/parent/build.conf': '',
  'namespaces/low/images/parent/build.sh': `_packages="jq iputils-ping"
finish_rootfs_build() {
  local data="\${_ROOTFS}/srv/data"
  mkdir -p "\${data}/gone" "\${data}/new"
  echo inner | tee "\${data}/gone/file" > "\${data}/new/old"
  install -o 4711 -g 60000 -m 4750 /bin/true "\${data}/owned"
  ln "\${data}/owned" "\${data}/linked"
}
`,
  'namespaces/low/images/parent/Dockerfile.template': dockerfile,
  'namespaces/low/images/child/build.conf': "IMAGE_PARENT='parent'\n",
  'namespaces/low/images/child/build.sh': `finish_rootfs_build() {
  rm -r "\${_ROOTFS}/srv/data/gone" "\${_ROOTFS}/srv/data/new"
  mkdir "\${_ROOTFS}/srv/data/new"
  echo new > "\${_ROOTFS}/srv/data/new/file"
  chown -R 4711:60000 "\${_ROOTFS}/srv/data/new"
}
`,
  'namespaces/low/images/child/Dockerfile.template': `${dockerfile}USER nobody\nCMD ["/usr/bin/jq", "--null-input", "40 + 2"]\n`,
  'namespaces/more/images/service/build.conf':
    "INSTALL_MODE='extracted'\nPOST_BUILD_HC=true\nPOST_BUILD_HC_INTERVAL=1\nPOST_BUILD_HC_MIN_HEALTHY_STREAK=2\n",
  'namespaces/more/images/service/build.sh': `_packages="busybox-static"
finish_rootfs_build() {
  echo 'app:x:1234:1234::/:/bin/sh' >> "\${_ROOTFS}/etc/passwd"
  install -d -o 1234 "\${_ROOTFS}/www"
}
`,
  'namespaces/more/images/service/Dockerfile.template': `${dockerfile}SHELL ["/bin/busybox", "sh", "-c"]
ADD archive.tar.gz /opt/
COPY --from=low/child --chown=app /srv/data/new /copied
RUN busybox id -u > /who && busybox chown 70:80 /who
USER app
RUN echo served > /www/index.html
EXPOSE 8080
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
HEALTHCHECK CMD ["/bin/busybox", "wget", "-q", "-O-", "http://localhost:8080/"]
`,
  'namespaces/more/images/service/build-test.sh': '#!/bin/sh\ntest "$(id -u)" = 1234\n',
  'namespaces/more/images/service/test.yaml': `ports: [8080]
http: [{ body: served }]
commands: [{ run: [/bin/busybox, cat, /who], stdout: "0" }]
files:
  - { path: /who, owner: "70:80" }
  - { path: /opt/inner, owner: "4711:0" }
  - { path: /copied/file, owner: "1234:1234" }
`,
  'namespaces/slow/images/hook/build.conf': '',
  'namespaces/slow/images/hook/build.sh': 'finish_rootfs_build() { sleep 7654; }\n',
  'namespaces/slow/images/hook/Dockerfile.template': dockerfile,
};

requires(
  'root',
  'runc',
  'debootstrap',
  'newuidmap',
  'setpriv',
  'useradd',
  'a test user (CI=true)',
)('an ordinary user', () => {
  const dir = useTempDir();
  const project = join(dir, 'project');
  let user: OrdinaryUser;
  const call = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await user.start(['@kubler', ...args], project);
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  /** Image, image ID and manifest digest of what a build made. */
  const digests = (json: string) =>
    (JSON.parse(json) as { image: string; imageId: string; manifest: string }[]).map(
      ({ image, imageId, manifest }) => ({ image, imageId, manifest }),
    );
  /** Command lines of processes that run for the user, or in its containers. */
  const processes = (): string[] =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(dir) || line.includes('sleep 7654'));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let tries = 0; !condition(); tries += 1) {
      if (tries > 600) throw new Error(`it did not happen in a minute: ${processes().join('\n')}`);
      await sleep(100);
    }
  };

  beforeAll(async () => {
    writeTree(project, files);
    const tar = await tarOf(member({ path: 'inner', text: 'x', uid: 4711 }));
    writeFileSync(join(project, 'namespaces/more/images/service/archive.tar.gz'), gzipSync(tar));
    execFileSync('chmod', ['-R', 'a+rX', dir]);
    user = ordinaryUser(dir);
  });

  it('builds what root builds, byte for byte', async () => {
    const asRoot = await kubler(['build', 'low', '--force-all', '--json'], { cwd: project });
    expect(asRoot.exitCode, asRoot.stderr).toBe(0);
    // The same index, as that is an input; and what root has downloaded, to be kind to the archive.
    const dataDir = join(user.home, '.local/share/kubler');
    for (const name of ['indexes', 'downloads'])
      cpSync(join(sharedDataDir(), name), join(dataDir, name), { recursive: true, verbatimSymlinks: true });
    execFileSync('chown', ['-R', 'kubler-test:', user.home]);
    expect(digests(await call('build', 'low', '--json'))).toEqual(digests(asRoot.stdout));
    expect(readFileSync(join(dataDir, 'id-map'), 'utf8')).toMatch(/^0:\d+ 1:\d+\n0:\d+ 1:\d+$/);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  });

  it('builds with RUN, ADD and COPY --from, tests a service, and opens shells', async () => {
    const built = JSON.parse(await call('build', 'more', '--json')) as {
      image: string;
      tests: { passed: boolean }[];
    }[];
    expect(built.find(({ image }) => image === 'more/service')?.tests.map(({ passed }) => passed)).toEqual(
      Array(8).fill(true),
    );
    const shell = (args: string, input: string) =>
      user.start(['sh', '-c', `printf '%s\\n' "$2" | "$0" ${args}`, '@kubler', 'sh', input], project);
    const kept = await shell(
      'shell --keep more/service',
      'id -u; kubler-build-root > /log; touch "$_ROOTFS/kept"',
    );
    expect(kept, kept.stderr).toMatchObject({ exitCode: 0, stdout: '0' });
    expect((await shell('build -i more/service', 'ls "$_ROOTFS/kept"; exit 9')).exitCode).toBe(9);
  });

  it('says that a user is beyond its range of ids', async () => {
    const { exitCode, stderr } = await user.start(['@kubler', 'run', '-u', '70000', 'more/service'], project);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('range of ids') as unknown,
    });
  });

  it('runs what it has built: as other users, with files gone and replaced', async () => {
    expect(await call('run', 'low/child')).toBe('42');
    const { exitCode } = await user.start(
      ['@kubler', 'run', 'low/child', '--', '/usr/bin/jq', '-n', 'halt_error(7)'],
      project,
    );
    expect(exitCode).toBe(7);
    const tar = await user.start(
      ['sh', '-c', '"$0" export low/child --format rootfs-tar --output - | tar -tv', '@kubler'],
      project,
    );
    const listing = tar.stdout;
    expect(listing).toMatch(/^-rwsr-x--- 4711\/60000 .*srv\/data\/(owned|linked)$/m);
    expect(listing).toMatch(/^-rw-r--r-- 4711\/60000 .*srv\/data\/new\/file$/m);
    expect(listing).not.toMatch(/srv\/data\/(gone|new\/old)/);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('leaves nothing running after %s in a hook', async (signal) => {
    const build = user.start(['@kubler', 'build', 'slow'], project);
    await until(() => processes().some((line) => line === 'sleep 7654'));
    build.kill(signal);
    const { exitCode } = await build;
    expect(exitCode).toBe(signal === 'SIGTERM' ? 130 : undefined);
    await until(() => processes().length === 0);
  });

  it('is told by doctor that all is there', async () => {
    expect(await call('doctor')).toContain('ready');
  });

  it('keeps its data dir to itself', async () => {
    const dataDir = join(user.home, '.local/share/kubler');
    const asRoot = await kubler(['list'], { cwd: project, dataDir });
    expect(asRoot).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('other user ids') as string,
    });
  });

  it('cleans up files of all owners', async () => {
    await call('clean', '--all');
    const left = execFileSync('find', [user.home, '!', '-user', 'kubler-test'], { encoding: 'utf8' });
    expect(left).toBe('');
  });

  it('passes the contract of engines', async () => {
    const { exitCode, stdout, stderr } = await user.start(
      [
        ...([
          'unshare',
          '--map-root-user',
          '--map-auto',
          'node',
          '@repository/node_modules/vitest/vitest.mjs',
        ] as const),
        ...['run', '--configLoader', 'runner', '--root', '@repository', '--project', 'integration'],
        'test/contract/native.test.ts',
      ],
      user.home,
    );
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
  });

  describe('without a range of ids', () => {
    it('is told which lines an administrator must add', async () => {
      const nobody = ordinaryUser(dir, 'nobody');
      const { exitCode, stderr } = await nobody.start(['@kubler', 'build', 'low'], project);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/\/etc\/subuid: .*nobody:\d+:65536/);
      expect(stderr).toMatch(/\/etc\/subgid: .*nobody:\d+:65536/);
      expect((await nobody.start(['@kubler', 'graph'], project)).exitCode).toBe(0);
      expect((await nobody.start(['@kubler', 'doctor'], project)).exitCode).toBe(3);
    });
  });
});
