import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { ImageConfig } from '../../src/oci/types.ts';
import { exportImage, unpackImage } from '../support/exported-image.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const images = 'namespaces/docker/images';

const project = {
  'kubler.config.yaml': 'maintainer: Jo Doe <jo@example.org>\n',
  [`${images}/server/build.conf`]: "BOB_PORT='8080'\nIMAGE_TAGS='2.1 latest'\n",
  [`${images}/server/build.sh`]: `finish_rootfs_build() {
  mkdir -p "\${_ROOTFS}/usr/local/bin"
  gcc -static -o "\${_ROOTFS}/usr/local/bin/where" "\${_CONFIG}/where.c"
  useradd --root "\${_ROOTFS}" --uid 1500 --user-group --no-create-home server
}
`,
  [`${images}/server/where.c`]: `#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv) {
  printf("%d %s %s %s\\n", getuid(), getcwd(NULL, 0), getenv("WHERE"), argc > 1 ? argv[1] : "");
}
`,
  [`${images}/server/files/plain`]: 'plain\n',
  [`${images}/server/files/deep/tool`]: '#!/usr/local/bin/where\n',
  [`${images}/server/Dockerfile.template`]: `FROM \${IMAGE_PARENT}
LABEL maintainer="\${MAINTAINER}" version="\${TAG}" note="two words"
ARG folder=srv
ADD rootfs.tar /
COPY files/plain /opt/renamed
COPY files /opt/all/
ENV WHERE=\${NAMESPACE} PATH="/opt/bin:$PATH"
EXPOSE \${BOB_PORT} 53/udp
VOLUME /var/data
WORKDIR /$folder
WORKDIR here
USER server
STOPSIGNAL SIGQUIT
SHELL ["/usr/local/bin/where", "-c"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=1m --retries=4 CMD ["/usr/local/bin/where", "healthy"]
ONBUILD ENV WHERE=child
ENTRYPOINT ["/usr/local/bin/where"]
CMD ["argument"]
`,
  [`${images}/child/build.conf`]: "IMAGE_PARENT='server'\n",
  [`${images}/child/Dockerfile.template`]: `FROM \${IMAGE_PARENT}
ADD rootfs.tar /
LABEL note=changed
USER 1600:1600
CMD ["other"]
HEALTHCHECK NONE
`,
};

requires(
  'root',
  'runc',
  'debootstrap',
  'skopeo',
  'tar',
)('Dockerfile.template', () => {
  const dir = useTempDir();
  const output = async (...args: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await kubler(args, { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  const inspect = async (image: string): Promise<ImageConfig> => {
    const { dir: layout } = await exportImage(dir, image);
    const printed = execFileSync('skopeo', ['inspect', '--config', '--raw', `oci:${layout}`]);
    return JSON.parse(printed.toString()) as ImageConfig;
  };

  beforeAll(async () => {
    writeTree(dir, project);
    chmodSync(join(dir, images, 'server/files/deep/tool'), 0o700);
    symlinkSync('plain', join(dir, images, 'server/files/link'));
    await output('build');
  });

  it('becomes the configuration of the image', async () => {
    const { config, created, os } = await inspect('docker/server');
    expect(config).toEqual({
      User: 'server',
      ExposedPorts: { '8080/tcp': {}, '53/udp': {} },
      Env: ['PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'WHERE=docker'],
      Entrypoint: ['/usr/local/bin/where'],
      Cmd: ['argument'],
      Volumes: { '/var/data': {} },
      WorkingDir: '/srv/here',
      Labels: { maintainer: 'Jo Doe <jo@example.org>', version: '2.1', note: 'two words' },
      StopSignal: 'SIGQUIT',
      Healthcheck: {
        Test: ['CMD', '/usr/local/bin/where', 'healthy'],
        Interval: 30e9,
        Timeout: 5e9,
        StartPeriod: 60e9,
        Retries: 4,
      },
      Shell: ['/usr/local/bin/where', '-c'],
      OnBuild: ['ENV WHERE=child'],
    });
    expect(os).toBe('linux');
    expect(created).toMatch(/^20\d\d-.*Z$/);
  });

  it('is where a container starts', async () => {
    expect(await output('run', 'docker/server')).toBe('1500 /srv/here docker argument');
    expect(await output('run', 'docker/server', '--', 'given')).toBe('1500 /srv/here docker given');
    expect(await output('run', 'docker/child')).toBe('1600 /srv/here child other');
  });

  it('of a child goes on from that of its parent', async () => {
    const parent = (await inspect('docker/server')).config;
    const child = (await inspect('docker/child')).config;
    expect(child).toEqual({
      ...parent,
      User: '1600:1600',
      Env: [parent.Env?.[0], 'WHERE=child'],
      Labels: { ...parent.Labels, note: 'changed' },
      Cmd: ['other'],
      Healthcheck: { Test: ['NONE'] },
      OnBuild: undefined,
    });
  });

  it('copies files and folders, with modes that do not depend on the checkout', async () => {
    const root = await unpackImage(dir, 'docker/server');
    const mode = (path: string) => (lstatSync(join(root, path)).mode & 0o7777).toString(8);
    expect(readFileSync(join(root, 'opt/renamed'), 'utf8')).toBe('plain\n');
    expect(readlinkSync(join(root, 'opt/all/link'))).toBe('plain');
    expect(['opt/renamed', 'opt/all/plain', 'opt/all/deep', 'opt/all/deep/tool'].map(mode)).toEqual([
      ...['644', '644', '755', '755'],
    ]);
    expect(mode('srv/here')).toBe('755');
  });

  it('names the image by all its tags in a Docker archive', async () => {
    await output('export', 'docker/server', '--output', join(dir, 'server.tar'));
    const args = ['--extract', '--to-stdout', '--file', join(dir, 'server.tar'), 'manifest.json'];
    const [image] = JSON.parse(execFileSync('tar', args, { encoding: 'utf8' })) as { RepoTags: string[] }[];
    expect(image?.RepoTags).toEqual(['docker/server:2.1', 'docker/server:latest']);
  });
});
