import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { ImageConfig } from '../../src/oci/types.ts';
import { exportImage, unpackImage } from '../support/exported-image.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { serveFolder } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const images = 'namespaces/runs/images';
const template = (lines: readonly string[]): string => `FROM \${IMAGE_PARENT}\n${lines.join('\n')}\n`;

/** A command line of its own: the image of the tests has no shell but this one. */
const lines = [
  'ARG greeting=hello',
  'ENV NAME="a b"',
  'ADD rootfs.tar /',
  'RUN echo "$greeting $NAME $(id -u) $PWD" > /made && date -u +%s > /clock && rm -r /usr/share/doc && ln /made /linked',
  'COPY --chown=app --chmod=640 <<note *.conf /etc/app/',
  '$greeting',
  'note',
  'ADD files.tar.xz /opt/files',
  'RUN --mount=source=conf.d,target=/seen/here --mount=type=tmpfs,target=/scratch --network=none \\',
  '    cp /seen/here/x /opt/x && echo x > /scratch/x && echo x > /etc/resolv.conf.new && ls /sys/class/net > /net',
  'COPY --from=tools /bin/busy* /tools/',
  'USER app',
  'WORKDIR /srv/app',
  'RUN id -un > mine; echo "$HOME" >> mine',
];

requires(
  'root',
  'runc',
  'debootstrap',
  'tar',
  'xz',
  'skopeo',
)('the layers of a Dockerfile.template', () => {
  const dir = useTempDir();
  /** In what must not be taken over from a former run of the tests. */
  const own = basename(dir);
  const build = (...args: readonly string[]) => kubler(['build', ...args], { cwd: dir });
  const diffIds = async (): Promise<readonly string[]> => {
    const { dir: layout } = await exportImage(dir, 'runs/app');
    const printed = execFileSync('skopeo', ['inspect', '--config', '--raw', `oci:${layout}`]);
    return (JSON.parse(printed.toString()) as ImageConfig).rootfs.diff_ids;
  };

  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '',
      [`${images}/tools/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/tools/build.sh`]: '_packages="busybox-static"\n',
      [`${images}/tools/Dockerfile.template`]: template(['ADD rootfs.tar /']),
      [`${images}/app/build.conf`]: "INSTALL_MODE='extracted'\n",
      [`${images}/app/build.sh`]:
        '_packages="dash coreutils"\nfinish_rootfs_build() { useradd --root "${_ROOTFS}" --uid 1500 --home-dir /srv/app app; }\n',
      [`${images}/app/a.conf`]: 'a\n',
      [`${images}/app/conf.d/x`]: 'x\n',
      [`${images}/app/.dockerignore`]: 'private.conf\nbuild.conf\n',
      [`${images}/app/private.conf`]: 'secret\n',
      [`${images}/app/Dockerfile.template`]: template(lines),
    });
    const make =
      'mkdir -p d && echo f > d/f && chmod 600 d/f && ln -s f d/l && tar -cJf files.tar.xz --owner=7 --group=8 d && rm -r d';
    execFileSync('sh', ['-ec', make], { cwd: join(dir, images, 'app') });
    const { exitCode, stderr } = await build('app');
    expect(exitCode, stderr).toBe(0);
  });

  const find = (root: string, ...paths: readonly string[]): string =>
    execFileSync('stat', ['--format=%n %a %u:%g', ...paths], { cwd: root, encoding: 'utf8' });

  it('are what the instructions say', async () => {
    const root = await unpackImage(dir, 'runs/app');
    const read = (path: string): string => readFileSync(join(root, path), 'utf8');
    expect(read('made')).toBe('hello a b 0 /\n');
    expect(read('net')).toBe('lo\n');
    expect(read('etc/app/note')).toBe('hello\n');
    expect(readdirSync(join(root, 'etc/app'))).toEqual(['a.conf', 'note']);
    expect(find(root, 'etc/app/a.conf', 'opt/files/d/f', 'opt/x', 'srv/app', 'srv/app/mine')).toBe(
      [
        ...[
          'etc/app/a.conf 640 1500:1500',
          'opt/files/d/f 600 7:8',
          'opt/x 644 0:0',
          'srv/app 755 1500:1500',
        ],
        'srv/app/mine 644 1500:1500\n',
      ].join('\n'),
    );
    expect(read('srv/app/mine')).toBe('app\n/srv/app\n');
    expect(readdirSync(join(root, 'tools'))).toEqual(['busybox']);
    expect(readdirSync(root)).not.toContain('seen');
    expect(readdirSync(root)).not.toContain('scratch');
    expect(readdirSync(join(root, 'usr/share'))).not.toContain('doc');
  });

  it('are taken over up to the instruction that changed', async () => {
    const before = await diffIds();
    const changed = [...lines, `RUN echo ${own} > last`];
    writeFileSync(join(dir, images, 'app/Dockerfile.template'), template(changed));
    const { exitCode, stderr } = await build('app');
    expect(exitCode, stderr).toBe(0);
    expect(stderr.match(/RUN, line \d+/g)).toEqual(['RUN, line 16']);
    expect((await diffIds()).slice(0, -1)).toEqual(before);
  });

  it('run again, and those after, when a file of theirs changed', async () => {
    writeFileSync(join(dir, images, 'app/a.conf'), `${own}\n`);
    const { stderr } = await build('app');
    expect(stderr.match(/RUN, line \d+/g)).toEqual(['RUN, line 10', 'RUN, line 15', 'RUN, line 16']);
  });

  it('that fail say where, and show the end of the log', async () => {
    writeFileSync(
      join(dir, images, 'app/Dockerfile.template'),
      template([...lines, 'RUN echo oops >&2; exit 3']),
    );
    const { exitCode, stderr } = await build('app');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cannot build runs/app: RUN ended with status 3');
    expect(stderr).toContain('Dockerfile.template:16:1');
    expect(stderr).toContain('oops');
  });

  it('come from the address of an ADD, once it is what was asked for', async () => {
    const content = 'fetched\n';
    writeTree(join(dir, 'served'), { 'file.txt': content });
    const server = await serveFolder(join(dir, 'served'));
    onTestFinished(() => server.close());
    const add = (sha256: string): void =>
      writeFileSync(
        join(dir, images, 'app/Dockerfile.template'),
        template(['ADD rootfs.tar /', `ADD --checksum=sha256:${sha256} ${server.address}/file.txt /opt/`]),
      );
    add('0'.repeat(64));
    expect((await build('app')).stderr).toContain('its SHA-256 is');
    add(createHash('sha256').update(content).digest('hex'));
    expect((await build('app')).exitCode).toBe(0);
    expect(find(await unpackImage(dir, 'runs/app'), 'opt/file.txt')).toBe('opt/file.txt 600 0:0\n');
  });

  it('need a shell for the shell form, and archives that stay inside', async () => {
    const file = join(dir, images, 'tools/Dockerfile.template');
    writeFileSync(file, template(['ADD rootfs.tar /', 'RUN echo x']));
    const { exitCode, stderr } = await build('tools');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cannot apply RUN: the image has no "/bin/sh" to run it with');
    expect(stderr).toContain('RUN ["/usr/bin/program", "argument"] needs no shell');
    writeFileSync(file, template(['ADD rootfs.tar /', 'RUN ["/bin/busybox", "true"]', 'ADD evil.tar /x/']));
    execFileSync('tar', ['-cPf', 'evil.tar', '--transform=s,.*,../../evil,', 'build.sh'], {
      cwd: join(dir, images, 'tools'),
    });
    const evil = await build('tools');
    expect(evil.exitCode).toBe(1);
    expect(evil.stderr).toContain('cannot add "evil.tar"');
    expect(evil.stderr).toContain('Dockerfile.template:4:1');
  });

  it('say which file and line has an archive that ends early, or a name that means a removal', async () => {
    const folder = join(dir, images, 'tools');
    const buildWith = (line: string) => {
      writeFileSync(join(folder, 'Dockerfile.template'), template(['ADD rootfs.tar /', line]));
      return build('tools');
    };
    writeFileSync(join(folder, 'cut.tar.gz'), gzipSync(randomBytes(9000)).subarray(0, 5000));
    const cut = await buildWith('ADD cut.tar.gz /x/');
    expect(cut.stderr).toContain('cannot add "cut.tar.gz": cannot read "cut.tar.gz": unexpected end of file');
    expect(cut.stderr).toContain('Dockerfile.template:3:1');
    writeFileSync(join(folder, '.wh.x'), '');
    const removal = await buildWith('COPY .wh.x /');
    expect(removal.stderr).toContain('its name means a removal');
    expect(removal.stderr).toContain('Dockerfile.template:3:1');
  });

  it('name an image to copy from that is there', async () => {
    writeFileSync(
      join(dir, images, 'app/Dockerfile.template'),
      template(['ADD rootfs.tar /', 'COPY --from=tolls /x /y']),
    );
    const { exitCode, stderr } = await build('app');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--from=tolls is no image of this project');
    expect(stderr).toContain('did you mean "runs/tools"?');
  });
});
