import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler, succeedsIn } from '../support/kubler.ts';
import { portageRepository } from '../support/portage-repository.ts';
import { readImage } from '../support/read-image.ts';
import { portageTarball, requires } from '../support/requires.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

const image = (name: string, parent: string, buildSh: string, end = 'CMD ["/usr/bin/hidden"]') => ({
  [`namespaces/gentoo/images/${name}/build.conf`]: parent === '' ? '' : `IMAGE_PARENT='gentoo/${parent}'\n`,
  [`namespaces/gentoo/images/${name}/build.sh`]: `${buildSh}\n`,
  [`namespaces/gentoo/images/${name}/Dockerfile.template`]: `FROM \${IMAGE_PARENT}\nADD rootfs.tar /\n${end}\n`,
});

const images = {
  ...image('base', '', '_packages="virtual/libc acct-user/bystander"', ''),
  ...image(
    'hidden',
    'base',
    `_packages="app-misc/hidden app-misc/flags"
_keep_headers=true
_headers_from="gentoo/base"
configure_rootfs_build() {
  update_use app-misc/flags +X
}
finish_rootfs_build() {
  [[ "\${ROOT}" == "\${_ROOTFS}" ]]
  emerge --oneshot dev-libs/greet:2
  [[ -e "\${_ROOTFS}/usr/lib/libgreet2.so.1" ]]
  uninstall_package dev-libs/greet:2
  get_package_version app-misc/hidden >"\${_ROOTFS}/version"
  log_as_installed 'manual install' tool-1 'by hand'
  write_checkbox_line Charsets '' "\${_DOC_FOOTER_PURGED}" negate
}`,
    'USER app\nCMD ["/usr/bin/hidden"]',
  ),
  ...image(
    'child',
    'hidden',
    `_packages="app-misc/hidden app-misc/later"
configure_rootfs_build() {
  update_keywords app-misc/young +~amd64 +~arm64
  update_use dev-libs/greet +static-libs
  update_use app-misc/hidden -loud
}`,
  ),
  ...image('unknown', '', '_packages="app-misc/helo"'),
  ...image('masked', '', '_packages="app-misc/masked"'),
};

// Against the real program, in a base that KUBLER_TEST_PORTAGE names; docs/gentoo.md says what is covered without it.
requires(
  'portage',
  'root',
  'runc',
  'zstd',
)('a builder with Portage', () => {
  const cwd = useTempDir();
  const succeeds = succeedsIn({ cwd });
  const build = (...args: readonly string[]) => kubler(['build', ...args], { cwd });
  const filesOf = (name: string) => readImage(`gentoo/${name}`, { cwd });
  const recordOf = async (name: string) =>
    JSON.parse(await succeeds('inspect', '--json', `gentoo/${name}`)) as {
      readonly imageId: string;
      readonly record: { readonly packages: readonly { readonly name: string; readonly flags?: string }[] };
    };
  const document = (name: string): string =>
    readFileSync(join(sharedDataDir(), 'images/gentoo', name, 'PACKAGES.md'), 'utf8');

  beforeAll(async () => {
    const tree = join(cwd, 'tree');
    writeTree(tree, portageRepository);
    execFileSync('tar', ['-cf', join(cwd, 'tree.tar'), '-C', tree, '.']);
    const base = portageTarball() ?? '';
    writeTree(cwd, {
      'kubler.config.yaml': 'default_builder: gentoo\n',
      'builders/gentoo/build.conf': [
        "PACKAGE_MANAGER='portage'",
        `BUILDER_BASE='tarball:${base}'`,
        `BUILDER_BASE_SHA256='${sha256(base)}'`,
        "PORTAGE_TREE='tarball:../../tree.tar'",
        `PORTAGE_TREE_SHA256='${sha256(join(cwd, 'tree.tar'))}'`,
        "PORTAGE_DATE='20261115'\n",
      ].join('\n'),
      ...images,
    });
    await succeeds('build', 'gentoo/child');
  }, 900_000);

  it('builds what only says at run time what it needs, and what runs is what was asked for', async () => {
    expect(await succeeds('run', 'gentoo/hidden')).toBe('hidden: hello from 1.0!');
    expect(await succeeds('run', 'gentoo/child')).toBe('hidden: hello from 1.0');
    const log = readFileSync(join(sharedDataDir(), 'logs/gentoo/hidden/install.log'), 'utf8');
    expect(log).toContain('kubler: app-misc/hidden-3 cannot be built with what it says it needs');
  });

  it('has users that packages made, in the root or in the builder', async () => {
    const { 'etc/passwd': base = '' } = await filesOf('base');
    expect(base).toMatch(/^root:.*\nbystander:x:702:/);
    const { 'etc/passwd': passwd = '', version } = await filesOf('hidden');
    expect(passwd).toMatch(/^root:.*\nbystander:x:702:.*\napp:x:701:/);
    expect(version).toBe('app-misc/hidden-3\n');
  });

  it('keeps of the database what scanners read, and nothing that differs from build to build', async () => {
    const paths = Object.keys(await filesOf('hidden'));
    const folder = 'var/db/pkg/dev-libs/greet-1.0';
    expect(paths).toEqual(
      expect.arrayContaining([`${folder}/CONTENTS`, `${folder}/LICENSE`, `${folder}/RDEPEND`]),
    );
    expect(
      paths.filter((path) => /BUILD_TIME|COUNTER|environment|\.ebuild$|mtimedb|world/.test(path)),
    ).toEqual([]);
    expect(paths.filter((path) => path.includes('greet-2'))).toEqual([]);
  });

  it('builds for a child what has other USE flags, and adds what it needs', async () => {
    const { record } = await recordOf('child');
    const flags = new Map(record.packages.map((each) => [each.name, each.flags]));
    expect(flags.get('app-misc/hidden')).toBe('-loud -nls');
    expect(flags.get('dev-libs/greet:2')).toBe('static-libs');
    expect([...flags.keys()]).toEqual(expect.arrayContaining(['app-misc/young', 'app-misc/later']));
    const use = (await filesOf('child'))['var/db/pkg/app-misc/hidden-3/USE'] ?? '';
    expect(use.split(' ')).not.toContain('loud');
  });

  it('documents packages with all their flags', () => {
    const hidden = document('hidden');
    expect(hidden).toContain('app-misc/flags-1_p2 | `X ipv6 PYTHON_TARGETS="py3 -py4"`\n');
    expect(hidden).toContain('*manual install*: tool-1 | by hand\n');
    expect(hidden).toContain('**FROM gentoo/base** |\nacct-user/bystander-0 | ``\n');
    expect(hidden).toContain(
      '#### Purged\n- [ ] Headers\n- [x] Static Libs\n- [x] Charsets\n\n#### Included\n- [x] Headers from gentoo/base\n',
    );
    expect(document('child')).not.toContain('#### Included');
  });

  it('gives the same image when it is built once more, from what the caches have', async () => {
    const { imageId } = await recordOf('hidden');
    expect(existsSync(join(sharedDataDir(), 'packages'))).toBe(true);
    await succeeds('build', '--force', 'gentoo/hidden');
    expect((await recordOf('hidden')).imageId).toBe(imageId);
  }, 600_000);

  it.each([
    ['unknown', 'did you mean "app-misc/hello"'],
    ['masked', 'unmask_package'],
  ])('refuses a package that is %s in words that help', async (name, words) => {
    const { exitCode, stderr } = await build(`gentoo/${name}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(words);
  });
});
