import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

/** Two namespaces in the layout of the original, in one of them what the original would stop at, too. */
const project = {
  'kubler.conf':
    'IMAGE_TAG="$(date +%Y)"\nAUTHOR="Jo <jo@example.org>"\nBOB_ROOT="r|&/"\nMIRROR="http://m.invalid/"\n',
  'base/kubler.conf': "DEFAULT_BUILDER='debian'\nIMAGE_TAG='20240101'\n",
  'base/images/note/build.conf': 'IMAGE_PARENT="scratch"\nBOB_OWN="${BOB_ROOT} ${MIRROR}"\n',
  'base/images/note/build.sh':
    'configure_bob() { echo "$BOB_OWN" > /note; }\nfinish_rootfs_build() { cp /note "${_EMERGE_ROOT}/note"; }\n',
  'base/images/note/Dockerfile.template':
    'FROM scratch\nLABEL maintainer ${MAINTAINER}\nADD rootfs.tar /\nENV OWN="${BOB_OWN} ${BOB_OWN} ${TAG}"\n',
  'base/push.conf': 'DOCKER_PW=$(pass)\n',
  'web/kubler.conf': "DEFAULT_BUILDER='base/nothing'\n",
  'web/images/child/build.conf': 'IMAGE_PARENT="base/note"\n',
  'web/images/child/build.sh': 'finish_rootfs_build() { : > "${_EMERGE_ROOT}/child"; }\n',
  'web/images/child/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
  'web/images/syntax/build.conf': 'if true; then IMAGE_PARENT=base/note; fi\n',
  'web/images/syntax/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
  'web/images/template/build.conf': 'IMAGE_PARENT="base/note"\n',
  'web/images/template/Dockerfile.template': 'FROM debian:12\nADD rootfs.tar /\n',
  'web/images/gentoo/build.conf': 'BUILDER="${NAMESPACE}/bob"\n',
  'web/images/gentoo/Dockerfile.template': 'FROM scratch\nADD rootfs.tar /\n',
  'web/builder/bob/build.conf':
    'STAGE3_BASE="stage3-amd64-openrc"\nSTAGE3_DATE="20240101T000000Z"\nARCH_URL="${MIRROR}${STAGE3_BASE}/"\n',
};

requires(
  'root',
  'runc',
  'debootstrap',
)('a project of the original', () => {
  const dir = useTempDir();
  const call = (...args: readonly string[]) => kubler(args, { cwd: dir });

  beforeAll(() => writeTree(dir, project));

  it('is drawn as far as it can be, with the faults of the rest', async () => {
    const { exitCode, stdout, stderr } = await call('graph');
    expect(stdout).toBe(
      ['base/note [debian]', '├── web/child', '└── web/template', 'web/gentoo [web/bob]'].join('\n'),
    );
    expect(stderr.split('\n')).toEqual([
      'warning: kubler.conf:1: IMAGE_TAG is left out: no command is executed to find its value',
      'error: cannot read build.conf: "if" is not allowed',
      '  --> web/images/syntax/build.conf:1:1',
      '    |',
      '  1 | if true; then IMAGE_PARENT=base/note; fi',
      '    | ^',
      expect.stringMatching(/^hint: the file is data/),
    ]);
    expect(exitCode).toBe(2);
  });

  it('is planned without a network, Gentoo too', async () => {
    const { exitCode, stdout, stderr } = await call('build', '--dry-run', '--json');
    const planned = (JSON.parse(stdout) as { image: string }[]).map(({ image }) => image);
    expect(planned).toEqual(['base/note', 'web/child', 'web/gentoo']);
    expect(stderr).toContain('--> web/images/template/Dockerfile.template:1:1');
    expect(exitCode).toBe(2);
    expect((await call('build', '--dry-run', 'web/gentoo')).exitCode).toBe(0);
  });

  it('is built, as far as it is asked for and sound, and is the same after kubler migrate', async () => {
    const built = await call('build', 'web/child', '--json');
    expect(built.exitCode, built.stderr).toBe(0);
    const note = JSON.parse((await call('inspect', '--json', 'base/note')).stdout) as object;
    expect(JSON.stringify(note)).toContain('OWN=r|&/ http://m.invalid/ r|&/ http://m.invalid/ 20240101');
    expect(readdirSync(join(dir, 'base/images/note'))).toHaveLength(3);

    const shown = await call('migrate');
    expect(shown.stderr).toContain('note: base/push.conf:1: it is not read');
    expect(existsSync(join(dir, 'kubler.config.yaml'))).toBe(false);
    expect((await call('migrate', '--write')).exitCode).toBe(0);
    const again = await call('build', 'web/child', '--json');
    expect(JSON.stringify(JSON.parse(again.stdout))).not.toContain('"outcome":"built"');
    expect(again.exitCode, again.stderr).toBe(0);
  }, 120_000);
});
