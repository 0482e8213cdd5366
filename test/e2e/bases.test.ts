import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDocker, type DockerDaemon } from '../support/docker-daemon.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const jq = (name: string, conf: string) => ({
  [`namespaces/based/images/${name}/build.conf`]: `INSTALL_MODE=extracted\n${conf}`,
  [`namespaces/based/images/${name}/build.sh`]: '_packages="jq"\n',
  [`namespaces/based/images/${name}/Dockerfile.template`]: 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
});

const onImage = (reference: string): string =>
  `BUILDER_BASE='image:${reference}'\nBUILDER_SUITE='bookworm'\n`;

requires(
  'root',
  'runc',
  'debootstrap',
  'dockerd',
  'docker',
)('a base from an image of Docker', () => {
  const dir = useTempDir();
  let docker: DockerDaemon;

  const build = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await kubler(['build', '--json', ...args], {
      cwd: dir,
      env: { DOCKER_HOST: `unix://${docker.socketPath}` },
    });
    return { exitCode, stderr, images: (exitCode === 0 ? JSON.parse(stdout) : []) as readonly Built[] };
  };

  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '',
      'builders/own/build.conf': onImage('base/debian'),
      ...jq('plain', ''),
      ...jq('own', "BUILDER='own'\n"),
    });
    docker = await startDocker(join(dir, 'docker'));
    const env = { DOCKER_HOST: `unix://${docker.socketPath}` };
    const { exitCode, stderr } = await kubler(['build', '--load=docker', 'base/debian'], { env });
    expect(exitCode, stderr).toBe(0);
  });
  afterAll(() => docker.stop());

  it('gives what a base of debootstrap gives', async () => {
    const { images, stderr } = await build('based/plain', 'based/own');
    const [plain, own] = ['based/plain', 'based/own'].map((name) =>
      images.find(({ image }) => image === name),
    );
    expect(own?.imageId, stderr).toMatch(/^sha256:/);
    expect(own?.imageId).toBe(plain?.imageId);
  });

  it('is made again when another image has the name, and only then', async () => {
    const reason = async () => (await build('--dry-run', 'based/own')).images[0]?.reason;
    docker.docker(['tag', 'base/debian', 'base/other']);
    expect(await reason()).toBe('unchanged');
    const empty = spawnSync('tar', ['--create', '--files-from=/dev/null']).stdout;
    docker.docker(['import', '-', 'base/debian'], empty);
    expect(await reason()).toBe('builder own changed');
    docker.docker(['tag', 'base/other', 'base/debian']);
    expect(await reason()).toBe('unchanged');
  });

  it('is not there: says which image, and where it is named', async () => {
    writeTree(dir, { 'builders/own/build.conf': onImage('no/such:1') });
    const { exitCode, stderr } = await build('based/own');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error: cannot make the base of builder "own": docker has no image "no/such:1"');
    expect(stderr).toContain('--> builders/own/build.conf:1:14');
    expect(stderr).toContain('hint: docker pull no/such:1');
  });
});

interface Built {
  readonly image: string;
  readonly imageId: string;
  readonly reason: string;
}
