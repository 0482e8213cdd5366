import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

interface Tested {
  readonly image: string;
  readonly imageId: string;
  readonly passed: boolean;
  readonly tests: readonly { readonly name: string; readonly passed: boolean; readonly reason?: string }[];
}
interface Built {
  readonly image: string;
  readonly outcome: string;
  readonly reason: string;
  readonly imageId?: string;
  readonly tests: Tested['tests'];
}

const goodScript = `#!/bin/sh
set -eu
jq --version | grep -q '^jq-1'
[ "$BOB_GREETING" = hello ] && [ -f "$(dirname "$0")/build.conf" ]
! touch /kubler-test/new 2>/dev/null
touch /anything
while :; do sleep 1; done &
`;
const goodYaml = `
commands:
  - run: jq --version
    stdout: jq-1.6
  - name: reads what it gets
    run: [jq, --raw-output, .a]
    stdin: '{"a": "b"}'
    stdout: b
  - name: fails as it should
    run: [jq, .a]
    stdin: '[1]'
    exitCode: 5
    stdout: ''
    stderr: { contains: Cannot index array }
files:
  - { path: /usr/bin/jq, type: file, mode: "0755", owner: "0:0" }
  - { path: /etc/motd, content: welcome }
  - { path: /bin/sh, exists: false }
`;
const server = `FROM \${IMAGE_PARENT}
ADD rootfs.tar /
USER 1000:1000
EXPOSE 8080
VOLUME /data /made
CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/www"]
HEALTHCHECK CMD ["/bin/busybox", "wget", "-q", "-O-", "http://localhost:8080/"]
`;
const serverYaml = `
ports: [8080]
http:
  - body: served
    headers: { Content-Type: { matches: ^text/html } }
  - { path: /missing, status: 404 }
commands:
  - run: [/bin/busybox, id, -u]
    stdout: '1000'
  - name: cannot write
    run: [/bin/busybox, touch, /www/new]
    exitCode: 1
  - name: can write to its volumes, as its user
    run: [/bin/busybox, sh, -c, 'busybox cat /data/file && echo x > /data/new && ! echo x 2>/dev/null > /made/new']
    env: { PATH: /bin }
    stdout: of the image
  - name: waits for nothing it leaves behind
    run: [/bin/busybox, sh, -c, '/bin/busybox sleep 1000 & echo ok']
    stdout: ok
  - name: has no capability
    user: root
    run: [/bin/busybox, grep, -c, 'Cap[A-Z][a-z]*:.0000000000000000', /proc/self/status]
    stdout: '5'
  - name: sees the service
    inService: true
    run: [/bin/busybox, wget, -q, -O-, 'http://localhost:8080/']
    stdout: served
`;

requires(
  'root',
  'runc',
  'debootstrap',
  'slirp4netns',
)('image tests', () => {
  const dir = useTempDir();
  const images = join(dir, 'namespaces/acme/images');
  const call = (...args: readonly string[]) => kubler(args, { cwd: dir });
  const build = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await call('build', '--json', ...args);
    expect(stdout, stderr).not.toBe('');
    return { exitCode, stderr, built: JSON.parse(stdout) as Built[] };
  };
  const test = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await call('test', '--json', ...args);
    expect(stdout, stderr).not.toBe('');
    return { exitCode, tested: JSON.parse(stdout) as Tested[] };
  };
  const isTagged = (id: string): boolean =>
    readFileSync(join(sharedDataDir(), 'store/index.json'), 'utf8').includes(`"${id}:latest"`);

  beforeAll(() => {
    writeTree(dir, {
      'kubler.config.yaml': '',
      'namespaces/acme/images/tool/': '',
      'namespaces/acme/images/tool/build.conf': "INSTALL_MODE='extracted'\nBOB_GREETING='hello'\n",
      'namespaces/acme/images/tool/build.sh':
        '_packages="jq"\nfinish_rootfs_build() { mkdir -p "${_ROOTFS}/etc"; echo welcome >"${_ROOTFS}/etc/motd"; }\n',
      'namespaces/acme/images/tool/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
      'namespaces/acme/images/tool/build-test.sh': goodScript,
      'namespaces/acme/images/tool/test.yaml': goodYaml,
      'namespaces/acme/images/child/build.conf': "IMAGE_PARENT='acme/tool'\n",
      'namespaces/acme/images/child/Dockerfile.template':
        'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\nCOPY build.conf /x\n',
      'namespaces/acme/images/server/build.conf': "INSTALL_MODE='extracted'\n",
      'namespaces/acme/images/server/build.sh':
        '_packages="busybox-static"\nfinish_rootfs_build() { mkdir "${_ROOTFS}/www"; echo served >"${_ROOTFS}/www/index.html"\n' +
        'mkdir "${_ROOTFS}/data"; echo "of the image" >"${_ROOTFS}/data/file"; chown -R 1000 "${_ROOTFS}/data"; }\n',
      'namespaces/acme/images/server/Dockerfile.template': server,
      'namespaces/acme/images/server/test.yaml': serverYaml,
    });
  });

  describe('of an image without a shell', () => {
    let imageId: string | undefined;

    it('pass, and leave nothing in it', async () => {
      const { exitCode, stderr, built } = await build('acme/tool');
      expect(exitCode, stderr).toBe(0);
      expect(built[0]?.tests.map(({ name, passed }) => `${name} ${passed}`)).toEqual([
        'file: /usr/bin/jq true',
        'file: /etc/motd true',
        'file: /bin/sh true',
        'command: jq --version true',
        'command: reads what it gets true',
        'command: fails as it should true',
        'build-test.sh true',
      ]);
      imageId = built[0]?.imageId;
      expect(isTagged('acme/tool')).toBe(true);
      expect((await call('list')).stdout).toMatch(/^acme\/tool .* 7 passed$/m);
    });

    it('are run again when they change, and the image is not built again', async () => {
      writeFileSync(join(images, 'tool/test.yaml'), `${goodYaml}  - path: /usr/bin\n`);
      const { exitCode, built } = await build('acme/tool');
      expect(exitCode).toBe(0);
      expect(built).toMatchObject([{ outcome: 'tested', reason: 'its tests changed', imageId }]);
      expect(built[0]?.tests).toHaveLength(8);
      expect((await build('acme/tool')).built).toMatchObject([{ outcome: 'skipped' }]);
    });

    it('that fail, fail the build: no tag, no child, no run; until they pass', async () => {
      const broken = goodScript.replace('set -eu', 'set -eu; echo about to fail; exit 3');
      writeFileSync(join(images, 'tool/build-test.sh'), broken);
      const { exitCode, stderr, built } = await build('--force', 'acme/child');
      expect(exitCode).toBe(1);
      expect(stderr).toContain('error: cannot accept acme/tool: 1 of 8 tests failed');
      expect(stderr).toContain('build-test.sh: exit status 3\n    about to fail');
      expect(built.map(({ outcome }) => outcome)).toEqual(['failed', 'not built']);
      expect(isTagged('acme/tool')).toBe(false);
      expect((await call('list')).stdout).toMatch(/^acme\/tool +scratch +not built .* 1 of 8 failed$/m);
      const run = await call('run', 'acme/tool', '--', 'jq', '--version');
      expect(run).toMatchObject({ exitCode: 1, stdout: '' });
      expect(run.stderr).toContain('hint: kubler test acme/tool');
      expect((await build('acme/tool')).exitCode).toBe(1);
      expect(await test('acme/tool')).toMatchObject({ exitCode: 1, tested: [{ imageId, passed: false }] });

      writeFileSync(join(images, 'tool/build-test.sh'), goodScript);
      expect(await test('acme/tool')).toMatchObject({ exitCode: 0, tested: [{ imageId, passed: true }] });
      expect(isTagged('acme/tool')).toBe(true);
      expect((await build('--force', 'acme/child')).built).toMatchObject([
        { outcome: 'skipped' },
        { outcome: 'built' },
      ]);
    });

    it('say of each expectation what it got instead', async () => {
      writeFileSync(
        join(images, 'tool/test.yaml'),
        `
timeout: 1
commands:
  - { run: jq --version, stdout: jq-9 }
  - { run: [jq, .a], stdin: '[1]', stderr: '' }
  - { run: [jq, -n, 'last(range(1e12))'] }
  - { run: [jq, -n, 'range(1e12)'], timeout: 60 }
  - { run: no-such-command }
  - { run: jq --version, user: nobody-knows }
files:
  - { path: /etc/motd, mode: "0600", owner: "7:7", content: { matches: ^bye } }
http: [{ path: / }]
`,
      );
      const { exitCode, tested } = await test('acme/tool');
      expect(exitCode).toBe(1);
      expect(tested[0]?.tests.filter(({ passed }) => !passed).map(({ reason }) => reason)).toEqual([
        'mode is 0644 instead of 0600; owner is 0:0 instead of 7:7; content does not match /^bye/',
        'stdout is "jq-1.6" instead of "jq-9"',
        expect.stringMatching(/^exit status 5 instead of 0; stderr is "jq: error/),
        'it was still running after 1 s',
        'it printed more than 4194304 characters to stdout',
        expect.stringMatching(/no-such-command/),
        expect.stringMatching(/nobody-knows/),
        'there is no process to test: the image has neither ENTRYPOINT nor CMD',
      ]);
      writeFileSync(join(images, 'tool/test.yaml'), goodYaml);
      expect((await test('acme/tool')).exitCode).toBe(0);
    });

    it('name every fault of a test.yaml with its place, before anything runs', async () => {
      writeFileSync(
        join(images, 'tool/test.yaml'),
        'comands: []\nfiles:\n  - path: etc\n    mode: 0644\ncommands:\n  - stdout: { contain: x }\n    run: [a]\n',
      );
      const { exitCode, stderr } = await call('test', 'acme/tool');
      expect(exitCode).toBe(2);
      for (const text of [
        'test.yaml:1:1',
        'hint: did you mean "commands"?',
        'test.yaml:3:11',
        'test.yaml:4:11',
        'put it in quotes',
        'test.yaml:6:15',
        'hint: did you mean "contains"?',
      ])
        expect(stderr).toContain(text);
      writeFileSync(join(images, 'tool/test.yaml'), goodYaml);
    });
  });

  describe('of a service', () => {
    const conf = (...lines: readonly string[]): void =>
      writeFileSync(join(images, 'server/build.conf'), ["INSTALL_MODE='extracted'", ...lines, ''].join('\n'));
    const health = ['POST_BUILD_HC=true', 'POST_BUILD_HC_INTERVAL=1', 'POST_BUILD_HC_MIN_HEALTHY_STREAK=2'];
    const healthReason = (tests: Tested['tests'] | undefined) =>
      tests?.find(({ name }) => name === 'health check')?.reason;

    it('ask it from outside and inside, as its user and without rights', async () => {
      const { exitCode, stderr, built } = await build('acme/server');
      expect(exitCode, stderr).toBe(0);
      expect(built[0]?.tests.map(({ name }) => name)).toEqual([
        'command: /bin/busybox id -u',
        'command: cannot write',
        'command: can write to its volumes, as its user',
        'command: waits for nothing it leaves behind',
        'command: has no capability',
        'port: 8080',
        'http: GET :8080/',
        'http: GET :8080/missing',
        'command: sees the service',
      ]);
    });

    it('wait for a streak of healthy answers', async () => {
      conf(...health);
      const { built } = await build('acme/server');
      expect(built).toMatchObject([{ outcome: 'built' }]);
      expect(built[0]?.tests.at(-1)).toMatchObject({ name: 'health check', passed: true });
    });

    it('fail when health comes and goes, or the service ends', async () => {
      const template = join(images, 'server/Dockerfile.template');
      conf(...health, 'POST_BUILD_HC_MAX_DURATION=3', 'POST_BUILD_HC_START_PERIOD=1');
      const flapping = 'mkdir /dev/shm/healthy 2>/dev/null || ! rmdir /dev/shm/healthy';
      writeFileSync(
        template,
        server.replace(/HEALTHCHECK .*/, `HEALTHCHECK CMD ["/bin/busybox", "sh", "-c", "${flapping}"]`),
      );
      const first = await build('acme/server');
      expect(first.exitCode).toBe(1);
      expect(healthReason(first.built[0]?.tests)).toMatch(/^not 2 healthy answers in a row within 4 s/);
      writeFileSync(
        template,
        server.replace(/CMD \["\/bin\/busybox", "httpd.*/, 'CMD ["/bin/busybox", "false"]'),
      );
      const second = await build('acme/server');
      expect(healthReason(second.built[0]?.tests)).toBe("the image's own process has ended with status 1");
      writeFileSync(template, server.replace(/HEALTHCHECK .*/, ''));
      expect(healthReason((await build('acme/server')).built[0]?.tests)).toContain('no HEALTHCHECK');
    });
  });
});
