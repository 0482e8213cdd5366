import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTarFile } from '../../src/oci/tar-read.ts';
import type { HistoryEntry, ImageConfig } from '../../src/oci/types.ts';
import { startDocker, type DockerDaemon } from '../support/docker-daemon.ts';
import { exportImage } from '../support/exported-image.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const images = 'namespaces/peer/images';

/** What BuildKit of Docker 20.10 knows of it; here-documents and `${x#y}` came later. */
const instructions = `ARG greeting=hello plain
ENV NAME="a b" LIST=$greeting:\${plain:-none} \\
    LAST=\${NAME:+set}
ARG TARGETARCH TARGETVARIANT BUILDPLATFORM=mine
LABEL one="two words" three=3
COPY a.conf *.md nothing* /etc/peer/
COPY --chown=web dir /made/on/the/way/
COPY --chown=7 --chmod=750 dir/sub a.conf /numbers/
COPY --chown=8:web a.conf /renamed
COPY dir /linked/
COPY outwards upwards/b /by-links/
ADD archive.tar.gz /unpacked
ADD archive.tar.gz a.conf /unpacked2/
RUN mkdir -p -m 777 /there/d/e && chown 9 /there/d
ADD archive.tar.gz /there
COPY ./dir/../a.conf /dotted
RUN echo "$TARGETARCH $greeting $NAME $PWD $HOME $(id -u):$(id -g)" > /run-one && chmod 4755 /run-one && rm -r /unpacked2/d && \\
    # a comment inside
    ln /run-one /run-two && mkdir -m 1777 /sticky && ln -s run-one /link
RUN ["/bin/sh", "-c", "echo $0 > /exec-form; rm /renamed"]
RUN --mount=type=bind,source=dir,target=/seen --mount=type=tmpfs,target=/scratch cat /seen/b > /from-mount; touch /scratch/x
WORKDIR /srv/deep
USER web
WORKDIR own
RUN id > /tmp/id; echo "$HOME" > mine
USER 1234:56
WORKDIR ../numbered
EXPOSE 80 53/udp 8000-8002
VOLUME /data /more
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s --retries=2 CMD curl -f http://localhost/ || exit 1
SHELL ["/bin/sh", "-ec"]
ONBUILD COPY a.conf /child.conf
ONBUILD RUN echo trigger > /tmp/trigger
CMD echo "a 'b'" $NAME
ENTRYPOINT ["/bin/echo", "c\\"d"]
`;
const child = `ENV CHILD=1\nRUN cat /child.conf /tmp/trigger > /tmp/both\nCMD ["x"]\n`;

/** \`path type mode uid:gid\` and where it leads or what it holds. */
type Layer = readonly string[];

interface Built {
  readonly config: ImageConfig;
  readonly layers: readonly Layer[];
}

requires(
  'root',
  'runc',
  'debootstrap',
  'docker',
  'dockerd',
)('a Dockerfile.template and Docker', () => {
  const dir = useTempDir();
  let daemon: DockerDaemon;
  beforeAll(async () => {
    daemon = await startDocker(join(dir, 'docker'));
    const template = (body: string): string => `FROM \${IMAGE_PARENT}\nADD rootfs.tar /\n${body}`;
    const app = `${images}/app`;
    writeTree(dir, {
      'kubler.config.yaml': '',
      [`${images}/base/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/base/build.sh`]: `_packages="dash coreutils"
finish_rootfs_build() { useradd --root "\${_ROOTFS}" --uid 33333 --user-group --groups mail --home-dir /srv/home web
  install -d -o 33333 -g 33333 "\${_ROOTFS}/srv/home"; }\n`,
      [`${images}/base/Dockerfile.template`]: template(''),
      [`${app}/build.conf`]: "IMAGE_PARENT='base'\n",
      [`${app}/Dockerfile.template`]: template(instructions),
      [`${images}/child/build.conf`]: "IMAGE_PARENT='app'\n",
      [`${images}/child/Dockerfile.template`]: template(child),
      [`${images}/child/a.conf`]: 'child\n',
      ...{ [`${app}/a.conf`]: 'a\n', [`${app}/x.md`]: 'x\n', [`${app}/ignored.md`]: 'i\n' },
      ...{ [`${app}/dir/b`]: 'b\n', [`${app}/dir/sub/c`]: 'c\n', [`${app}/dir/sub/secret`]: 's\n' },
      [`${app}/.dockerignore`]: '# comment\n*.md\n!x*\n**/secret\n',
    });
    const make =
      'ln -s /dir/sub outwards && ln -s ../../dir upwards && mkdir -p d/e && echo f > d/f && chmod 600 d/f && ln -s f d/l && tar -czf archive.tar.gz --owner=7 --group=8 d && rm -r d';
    execFileSync('sh', ['-ec', make], { cwd: join(dir, app) });
    const { exitCode, stderr } = await kubler(['build'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    await kubler(['export', 'peer/base', '--format', 'rootfs-tar', '-o', join(dir, 'base.tar')], {
      cwd: dir,
    });
    daemon.docker(['import', join(dir, 'base.tar'), 'peer:base']);
  });
  afterAll(() => daemon.stop());

  async function byKubler(image: string): Promise<Built> {
    const { config, layerFiles } = await exportImage(dir, image);
    const tars = layerFiles.map((file) => gunzipSync(readFileSync(file)));
    return { config, layers: await Promise.all(tars.map(describe)) };
  }

  async function byDocker(name: string, from: string, body: string): Promise<Built> {
    const context = join(dir, images, name);
    writeFileSync(join(dir, 'Dockerfile'), `FROM peer:${from}\n${body}`);
    daemon.docker([
      'build',
      '--quiet',
      '--network=none',
      '--tag',
      `peer:${name}`,
      '--file',
      join(dir, 'Dockerfile'),
      context,
    ]);
    const saved = join(dir, `saved-${name}`);
    mkdirSync(saved);
    execFileSync('tar', ['-x', '-C', saved], { input: daemon.docker(['save', `peer:${name}`]) });
    const read = (file: string): Buffer => readFileSync(join(saved, file));
    const [manifest] = JSON.parse(read('manifest.json').toString()) as { Config: string; Layers: string[] }[];
    return {
      config: JSON.parse(read(manifest!.Config).toString()) as ImageConfig,
      layers: await Promise.all(manifest!.Layers.map((layer) => describe(read(layer)))),
    };
  }

  let count = 0;
  async function describe(tar: Buffer): Promise<Layer> {
    const file = join(dir, `layer-${(count += 1)}.tar`);
    writeFileSync(file, tar);
    const lines: string[] = [];
    for await (const member of readTarFile(file)) {
      const { path, type, mode, uid, gid, linkTarget } = member;
      const hash = createHash('sha256');
      for await (const chunk of member.content()) hash.update(chunk);
      const content = type === 'file' ? hash.digest('hex').slice(0, 8) : linkTarget;
      lines.push(`${path} ${type} ${mode.toString(8)} ${uid}:${gid} ${content}`.trim());
    }
    return lines.sort();
  }

  /** Without directories that are as they were below, and without layers of nothing else. */
  function changes(layers: readonly Layer[]): readonly Layer[] {
    const known = new Set<string>();
    const changed = layers.map((layer) => {
      const fresh = layer.filter((line) => !line.includes(' directory ') || !known.has(line));
      for (const line of layer) known.add(line);
      // Docker mounts over these, and leaves them behind.
      return fresh
        .filter((line) => !/^(dev|etc|proc|sys|seen|scratch) directory /.test(line))
        .map(nameOfWhiteout);
    });
    return changed.filter((layer) => layer.length > 0);
  }

  /** Modes and owners of files that only say what is removed mean nothing. */
  const nameOfWhiteout = (line: string): string =>
    /(^|\/)\.wh\./.test(line) ? (line.split(' ')[0] ?? '') : line;

  /** In the order of the file, without what is named in docs/dockerfile.md as different. */
  const history = (entries: readonly Partial<HistoryEntry>[]): readonly string[] =>
    entries
      .map(({ created_by: text = '', empty_layer: isEmpty = false }) => {
        const words = text.replace(/ # buildkit$/, '').replace(/^(ADD|COPY) (--\S+ )+/, '$1 ');
        return `${words}${isEmpty ? ' (empty)' : ''}`;
      })
      .filter((text) => !/^(HEALTHCHECK|ONBUILD|ADD rootfs\.tar) /.test(text));

  const runtime = ({ config }: Built): unknown =>
    Object.fromEntries(
      Object.entries(config.config).filter(
        ([name, value]) =>
          /^(Env|Cmd|Entrypoint|WorkingDir|User|ExposedPorts|Volumes|Labels|Healthcheck|StopSignal|Shell|OnBuild)$/.test(
            name,
          ) && value !== null,
      ),
    );

  it.each([
    ['app', 'base', instructions],
    ['child', 'app', child],
  ])('agree on image %s', async (name, from, body) => {
    const ours = await byKubler(`peer/${name}`);
    const theirs = await byDocker(name, from, body);
    expect(runtime(ours)).toEqual(runtime(theirs));
    const [, ...layers] = changes(ours.layers);
    expect(layers).toEqual(changes(theirs.layers).slice(1));
    expect(history(ours.config.history)).toEqual(history(theirs.config.history).slice(1));
  });
});
