import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDocker, startFarDocker, startPodman, type DockerDaemon } from '../support/docker-daemon.ts';
import { kubler, repositoryDir, startKubler } from '../support/kubler.ts';
import { awaitNoProcess, processesAt } from '../support/processes.ts';
import { requires } from '../support/requires.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const images = 'namespaces/eng/images';
const template = (...lines: readonly string[]): string => ['FROM ${IMAGE_PARENT}', ...lines, ''].join('\n');
const hook = (script: string): string =>
  `finish_rootfs_build() {\n  ${script}\n  echo made > "\${_ROOTFS}/made"\n}\n`;
/** A number that no other command line on this machine has. */
const nap = 10_000_000 + process.pid;
const kublerFile = join(repositoryDir, 'bin/kubler.js');
const extracted = "INSTALL_MODE='extracted'\n";

const project = {
  'kubler.config.yaml': 'tags: ["1", latest]\ndefault_builder: bare\n',
  [`${images}/parent/build.conf`]: extracted,
  [`${images}/parent/build.sh`]: '_packages="busybox-static"\n',
  [`${images}/parent/Dockerfile.template`]: template(
    ...['ADD rootfs.tar /', 'SHELL ["/bin/busybox", "sh", "-c"]'],
    ...['ONBUILD COPY note /notes/', 'ONBUILD RUN echo trigger >> /notes/note'],
  ),
  [`${images}/child/build.conf`]: `${extracted}IMAGE_PARENT='parent'\n`,
  [`${images}/child/build.sh`]: `_packages="jq"\n${hook('chown 7:8 "${_ROOTFS}/usr/bin/jq"')}`,
  [`${images}/child/note`]: 'noted\n',
  [`${images}/child/a.conf`]: 'a\n',
  [`${images}/child/b.conf`]: 'b\n',
  [`${images}/child/Dockerfile.template`]: template(
    ...['ADD rootfs.tar /', 'COPY --chown=5:6 ?.conf /etc/app/', 'ADD files.tar.gz /opt/'],
    'RUN /bin/busybox cat /notes/note /etc/app/* /opt/files/* > /all && /bin/busybox rm /opt/files/one',
    'CMD ["/usr/bin/jq", "--raw-input", "--compact-output", "--slurp", "split(\\"\\\\n\\")", "/all"]',
  ),
  [`${images}/child/test.yaml`]: `
commands:
  - run: [/usr/bin/jq, --version]
    stdout: jq-1.6
files:
  - { path: /usr/bin/jq, owner: "7:8" }
  - { path: /opt/files/one, exists: false }
`,
  [`${images}/slow/build.sh`]: hook('true'),
  [`${images}/slow/Dockerfile.template`]: template('ADD rootfs.tar /'),
};
/** Its process has PID 1 and no handler: it does not hear SIGTERM. */
const service = {
  [`${images}/service/build.conf`]: `${extracted}IMAGE_PARENT='parent'
POST_BUILD_HC=true
POST_BUILD_HC_INTERVAL=1
`,
  [`${images}/service/note`]: 'served\n',
  [`${images}/service/Dockerfile.template`]: template(
    ...[
      'ADD rootfs.tar /',
      'EXPOSE 8080',
      'HEALTHCHECK CMD ["/bin/busybox", "wget", "-q", "-O-", "http://127.0.0.1:8080/note"]',
      'CMD ["/bin/busybox", "httpd", "-f", "-p", "8080", "-h", "/notes"]',
    ],
  ),
  [`${images}/service/test.yaml`]: 'ports: [8080]\nhttp:\n  - { path: /note, body: { contains: served } }\n',
};

requires(
  'root',
  'runc',
  'debootstrap',
  'slirp4netns',
  'dockerd',
  'docker',
  'podman',
)('a build on an engine', () => {
  const dir = useTempDir();
  const cwd = join(dir, 'project');
  const daemons = new Map<string, DockerDaemon>();
  const daemon = (name: string): DockerDaemon => daemons.get(name)!;
  /** Image → image ID and manifest, of the native engine. */
  let expected: Table = {};

  const dataDirOf = (name: string): string => join(dir, `data-${name}`);
  const optionsOf = (name: string, env: Readonly<Record<string, string>> = {}) => {
    const variable = name === 'podman' ? 'CONTAINER_HOST' : 'DOCKER_HOST';
    const host = name === 'native' ? {} : { [variable]: daemon(name).host };
    const engine: Readonly<Record<string, string>> = { KUBLER_ENGINE: name === 'far' ? 'docker' : name };
    return { cwd, dataDir: dataDirOf(name), env: { ...engine, ...host, ...env } };
  };
  const build = async (name: string, ...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await kubler(['build', '--json', ...args], optionsOf(name));
    expect(exitCode, stderr).toBe(0);
    return { built: JSON.parse(stdout) as readonly Built[], stderr };
  };
  const table = async (name: string, ...args: readonly string[]): Promise<Table> =>
    toTable(await build(name, ...args));
  /** What there is in Docker with a label of Kubler besides the snapshots. */
  const leftovers = (name: string): string => {
    const label = 'label=kubler.owner';
    const list = (...args: readonly string[]) => daemon(name).docker([...args, '--quiet', '--filter', label]);
    const untagged = list('images', '--filter', 'dangling=true');
    return `${list('ps', '--all').toString()}${list('volume', 'ls').toString()}${untagged.toString()}`;
  };
  const foreign = (): readonly string[] =>
    [
      ['ps', '--all', '--quiet', '--filter', 'label=foreign'],
      ['volume', 'ls', '--quiet', '--filter', 'label=foreign'],
      ['images', '--quiet', 'foreign'],
    ].map((args) => daemon('docker').docker(args).toString().trim());

  beforeAll(async () => {
    writeTree(cwd, project);
    const pack =
      'mkdir files; echo one > files/one; echo two > files/two; tar -czf files.tar.gz files; rm -r files';
    execFileSync('sh', ['-ec', pack], { cwd: join(cwd, images, 'child') });
    await makeBase(cwd);
    for (const name of ['native', 'docker', 'podman', 'far']) {
      mkdirSync(dataDirOf(name));
      // The bytes that would only be downloaded once more.
      for (const part of ['indexes', 'downloads'])
        execFileSync('cp', ['-al', join(sharedDataDir(), part), dataDirOf(name)]);
    }
    // It has nothing but its socket in common with us.
    const hidden = [cwd, ...['native', 'docker', 'podman', 'far'].map(dataDirOf)];
    const start = async (name: string, starting: Promise<DockerDaemon>): Promise<void> =>
      void daemons.set(name, await starting);
    await Promise.all([
      start('docker', startDocker(join(dir, 'docker'))),
      start('podman', startPodman(join(dir, 'podman'))),
      start('far', startFarDocker(join(dir, 'far'), hidden)),
    ]);
    expected = await table('native');
  });
  afterAll(async () => {
    for (const each of daemons.values()) await each.stop();
  });

  describe.each(['docker', 'podman', 'far'])('%s', (name) => {
    it('gives the image IDs and manifests of the native one, once', async () => {
      const { 'eng/child': child, 'eng/parent': parent } = expected;
      expect(child?.imageId).toMatch(/^sha256:/);
      expect(await table(name, 'eng/child')).toEqual({ 'eng/child': child, 'eng/parent': parent });
      const { built } = await build(name, 'eng/child');
      expect(built.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
      expect(leftovers(name)).toBe('');
    });

    it('has the images, with all tags, the ID of Kubler and the layers of the parent', () => {
      const inspect = (image: string): Inspected =>
        (JSON.parse(daemon(name).docker(['image', 'inspect', image]).toString()) as Inspected[])[0]!;
      for (const tag of ['1', 'latest'])
        expect(inspect(`eng/child:${tag}`).Id.replace(/^(?!sha256:)/, 'sha256:')).toBe(
          expected['eng/child']?.imageId,
        );
      const layers = inspect('eng/parent').RootFS.Layers;
      expect(inspect('eng/child').RootFS.Layers.slice(0, layers.length)).toEqual(layers);
      const run = [
        'run',
        '--rm',
        '--network=none',
        '--ulimit=nofile=1024',
        '--ulimit=nproc=1024',
        'eng/child:1',
      ];
      expect(daemon(name).docker(run).toString()).toBe('["noted","trigger","a","b","one","two",""]\n');
    });
  });

  it('tests what listens at a port, and its health, and ends it though it does not hear SIGTERM', async () => {
    writeTree(cwd, service);
    const native = await table('native', 'eng/service');
    expect(await table('docker', 'eng/service')).toEqual(native);
    expect(leftovers('docker')).toBe('');
  });

  it('is on the first engine that works, which is said once', async () => {
    const options = optionsOf('docker', { KUBLER_ENGINE: 'auto' });
    const hide = 'mount --bind /dev/null "$(command -v runc)"; exec "$@"';
    const argv = ['--mount', 'sh', '-ec', hide, 'sh', kublerFile, 'build', '--force', 'eng/slow'];
    const env = { NO_COLOR: '1', KUBLER_DATA_DIR: options.dataDir, ...options.env };
    const { exitCode, stderr } = await execa('unshare', argv, { cwd, env, reject: false });
    expect(exitCode, stderr).toBe(0);
    expect(stderr.match(/^engine: .*$/gm)).toEqual([
      'engine: docker, as this machine lacks runc for the native one',
    ]);
    const { DOCKER_HOST = '' } = options.env;
    const force = ['build', '--engine', 'auto', '--force', 'eng/slow'];
    const other = await kubler(force, optionsOf('native', { DOCKER_HOST, KUBLER_ENGINE: 'docker' }));
    expect(other.exitCode, other.stderr).toBe(0);
    expect(other.stderr.match(/^engine: .*$/gm)).toEqual([
      'engine: native, as this machine has what it takes',
    ]);
  });

  describe('whose daemon or process ends', () => {
    const slow = (script: string): void => writeTree(cwd, { [`${images}/slow/build.sh`]: hook(script) });
    const rebuilt = async () => (await table('docker', '--force', 'eng/slow'))['eng/slow'];

    /** Starts a build and does something while its hook sleeps; resolves with how it ended. */
    async function disturb(act: (kill: (signal: NodeJS.Signals) => void) => void) {
      const running = startKubler(['build', '--force', 'eng/slow'], optionsOf('docker'));
      const asleep = async (): Promise<void> => {
        while (!processesAt(`sleep ${nap}`).length && running.exitCode === null) await sleep(50);
      };
      await Promise.race([asleep(), running]);
      act((signal) => running.kill(signal));
      const { exitCode, stderr } = await running;
      return { exitCode, errors: stderr.match(/^error: .*$/gm), stderr };
    }
    const tempDirs = (): readonly string[] => readdirSync(join(dataDirOf('docker'), 'tmp'));

    beforeAll(() => {
      const { docker } = daemon('docker');
      docker(['create', '--name=foreign', '--label=foreign', '--network=none', 'eng/parent', '/bin/busybox']);
      docker(['volume', 'create', '--label=foreign']);
      docker(['tag', 'eng/parent:1', 'foreign:1']);
    });

    it('says in one line that nobody is there', async () => {
      const { exitCode, stderr } = await kubler(['build', '--force', 'eng/slow'], {
        ...optionsOf('docker', { DOCKER_HOST: `unix://${dir}/nobody` }),
      });
      expect(exitCode).toBe(3);
      expect(stderr.match(/^error: .*$/gm)).toEqual([expect.stringContaining('it does not run')]);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(tempDirs()).toEqual([]);
    });

    it('by SIGINT, though the hook does not hear it, takes everything with it', async () => {
      slow(`trap "" INT TERM HUP; sleep ${nap}; sleep ${nap}`);
      expect(await disturb((kill) => kill('SIGINT'))).toMatchObject({
        exitCode: 130,
        errors: ['error: cannot build: interrupted'],
      });
      expect(leftovers('docker')).toBe('');
      expect(tempDirs()).toEqual([]);
    });

    it('by SIGKILL is cleared away by the next build', async () => {
      slow(`sleep ${nap}; :`);
      await disturb((kill) => kill('SIGKILL'));
      expect(leftovers('docker')).not.toBe('');
      slow('true');
      expect(await rebuilt()).toEqual(expected['eng/slow']);
      expect(leftovers('docker')).toBe('');
      expect(await awaitNoProcess(`sleep ${nap}`)).toEqual([]);
    });

    it('by a kill -9 of dockerd says so in one line, and goes on when that is back', async () => {
      slow(`sleep ${nap}; :`);
      const { exitCode, errors, stderr } = await disturb(() => daemon('docker').kill());
      // Before anything can fail: what ran in its containers goes on until then.
      daemons.set('docker', await startDocker(join(dir, 'docker')));
      expect(exitCode).toBe(3);
      expect(errors).toEqual([expect.stringMatching(/^error: cannot .*docker does not answer/)]);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(tempDirs()).toEqual([]);
      slow('true');
      expect(await rebuilt()).toEqual(expected['eng/slow']);
      expect(leftovers('docker')).toBe('');
    });

    it('makes anew what somebody removed from the daemon', async () => {
      const { docker } = daemon('docker');
      const list = ['images', '--filter=label=kubler.snapshot', '--format={{.Repository}}:{{.Tag}}'];
      const snapshots = docker(list).toString().trim().split('\n');
      docker(['rmi', '--force', ...snapshots]);
      expect(docker(list).toString()).toBe('');
      expect(await rebuilt()).toEqual(expected['eng/slow']);
    });

    it('leaves alone what is not of Kubler', () => {
      expect(foreign()).toEqual([
        expect.stringMatching(/^\w+$/),
        expect.stringMatching(/^\w+$/),
        expect.stringMatching(/^\w+$/),
      ]);
    });
  });
});

interface Built {
  readonly image: string;
  readonly outcome: string;
  readonly imageId: string;
  readonly manifest: string;
}
type Table = Readonly<Record<string, Pick<Built, 'imageId' | 'manifest'>>>;
interface Inspected {
  readonly Id: string;
  readonly RootFS: { readonly Layers: readonly string[] };
}

const toTable = ({ built }: { readonly built: readonly Built[] }): Table =>
  Object.fromEntries(built.map(({ image, imageId, manifest }) => [image, { imageId, manifest }] as const));

/** Makes a builder `bare` of a project on a tarball that every engine can take: cheaper than a bootstrap for each. */
async function makeBase(cwd: string): Promise<void> {
  const file = join(cwd, 'builders/bare/base.tar');
  mkdirSync(join(file, '..'), { recursive: true });
  for (const args of [
    ['build', 'base/debian'],
    ['export', 'base/debian', '--format=rootfs-tar', '--output', file],
  ]) {
    const { exitCode, stderr } = await kubler(args);
    expect(exitCode, stderr).toBe(0);
  }
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const conf = `BUILDER_BASE='tarball:base.tar'\nBUILDER_BASE_SHA256='${sha256}'\nBUILDER_SUITE='bookworm'\n`;
  writeTree(cwd, { 'builders/bare/build.conf': conf });
}
