import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDocker, type DockerDaemon } from '../support/docker-daemon.ts';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';

const jq = (name: string, conf: string) => ({
  [`namespaces/based/images/${name}/build.conf`]: `INSTALL_MODE=extracted\n${conf}`,
  [`namespaces/based/images/${name}/build.sh`]: '_packages="jq"\n',
  [`namespaces/based/images/${name}/Dockerfile.template`]: template,
});

const onImage = (reference: string): string =>
  `BUILDER_BASE='image:${reference}'\nBUILDER_SUITE='bookworm'\n`;

requires(
  'root',
  'runc',
  'debootstrap',
  'dockerd',
  'docker',
)('a base', () => {
  const dir = useTempDir();
  let docker: DockerDaemon;

  const env = () => ({ DOCKER_HOST: docker.host });
  const build = async (...args: readonly string[]) =>
    toBuilt(await kubler(['build', '--json', ...args], { cwd: dir, env: env() }));

  /** Builds on Docker where no debootstrap is seen. */
  const buildWithout = async (...args: readonly string[]) => {
    const hidden = 'mount --bind /dev/null "$(command -v debootstrap)" && exec "$@"';
    const command = [join(repositoryDir, 'bin/kubler.js'), 'build', '--json', '--engine=docker', ...args];
    return toBuilt(
      await execa('unshare', ['--mount', 'sh', '-c', hidden, 'sh', ...command], {
        ...{ cwd: dir, reject: false },
        env: { ...env(), NO_COLOR: '1', KUBLER_DATA_DIR: sharedDataDir() },
      }),
    );
  };

  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '',
      'builders/own/build.conf': onImage('base/debian'),
      'builders/bare/build.conf': "BUILDER_BASE='debootstrap:bookworm'\n",
      ...jq('plain', ''),
      ...jq('own', "BUILDER='own'\n"),
      'namespaces/based/images/whole/build.conf': "CARVE='whole'\nBUILDER='bare'\n",
      'namespaces/based/images/whole/build.sh': '_packages=""\n',
      'namespaces/based/images/whole/Dockerfile.template': template,
    });
    docker = await startDocker(join(dir, 'docker'));
  });
  afterAll(() => docker.stop());

  it('of debootstrap takes debootstrap here, or a Debian image', async () => {
    const { exitCode, stderr } = await buildWithout('based/whole');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('docker has no Debian image to make it in');
    expect(stderr).toContain('debootstrap: makes bases');
    expect(stderr).toMatch(
      /hint: sudo apt-get install .* debootstrap; or else docker pull debian:bookworm-slim/,
    );
  });

  describe('from what Docker has', () => {
    beforeAll(async () => {
      const { exitCode, stderr } = await kubler(['build', '--load=docker', 'base/debian'], { env: env() });
      expect(exitCode, stderr).toBe(0);
    });

    it('of debootstrap, made in a container of a Debian image, has the same bytes', async () => {
      const native = await build('based/whole');
      const inContainer = await buildWithout('--force', 'based/whole');
      expect(inContainer.exitCode, inContainer.stderr).toBe(0);
      expect(inContainer.stderr).toContain('debootstrap runs in a container of base/debian:latest');
      expect(inContainer.images[0]?.imageId).toBe(native.images[0]?.imageId);
      expect(docker.docker(['ps', '--all', '--quiet']).toString()).toBe('');
    });

    it('of an image gives what a base of debootstrap gives', async () => {
      const { images, stderr } = await build('based/plain', 'based/own');
      const [plain, own] = ['based/plain', 'based/own'].map((name) =>
        images.find(({ image }) => image === name),
      );
      expect(own?.imageId, stderr).toMatch(/^sha256:/);
      expect(own?.imageId).toBe(plain?.imageId);
    });

    it('of an image is made again when another image has the name, and only then', async () => {
      const reason = async () => (await build('--dry-run', 'based/own')).images[0]?.reason;
      docker.docker(['tag', 'base/debian', 'base/other']);
      expect(await reason()).toBe('unchanged');
      const empty = spawnSync('tar', ['--create', '--files-from=/dev/null']).stdout;
      docker.docker(['import', '-', 'base/debian'], empty);
      expect(await reason()).toBe('builder own changed');
      docker.docker(['tag', 'base/other', 'base/debian']);
      expect(await reason()).toBe('unchanged');
    });

    it('of an image that is not there: says which, and where it is named', async () => {
      writeTree(dir, { 'builders/own/build.conf': onImage('no/such:1') });
      const { exitCode, stderr } = await build('based/own');
      expect(exitCode).toBe(3);
      expect(stderr).toContain('cannot make the base of builder "own": docker has no image "no/such:1"');
      expect(stderr).toContain('--> builders/own/build.conf:1:14');
      expect(stderr).toContain('hint: docker pull no/such:1');
    });
  });
});

interface Built {
  readonly image: string;
  readonly imageId: string;
  readonly reason: string;
}

interface Ended {
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const toBuilt = ({ exitCode, stdout, stderr }: Ended) => ({
  ...{ exitCode, stderr },
  images: (exitCode === 0 ? JSON.parse(stdout) : []) as readonly Built[],
});
