import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Project } from '../../../../src/model/project.ts';
import { currentNamespace } from '../../../../src/stages/config/index.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();

/** A fresh folder named `name` with these files. */
function tree(files: Readonly<Record<string, string>>, name = 'project'): string {
  const dir = join(mkdtempSync(join(temp, 't')), name);
  mkdirSync(dir);
  writeTree(dir, files);
  return dir;
}

const image = { 'Dockerfile.template': 'FROM ${IMAGE_PARENT}\n' };
const at = (path: string, files: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries({ ...image, ...files }).map(([name, text]) => [`${path}/${name}`, text]));

const base = "BUILDER_BASE='debootstrap:bookworm'\n";
const idsOf = (project: Project): readonly string[] => [...project.images.keys()];

describe('layouts', () => {
  test('namespaces/<ns>/images/<image>', async () => {
    const dir = tree({
      'kubler.config.yaml': '',
      ...at('namespaces/web/images/apache2', { 'build.conf': "IMAGE_PARENT='base/glibc'\n" }),
      ...at('namespaces/base/images/glibc'),
      'namespaces/empty/': '',
      'namespaces/.git/': '',
      'docs/images/': '',
    });
    const project = await loadTestProject(join(dir, 'namespaces/web/images/apache2'));
    expect(project.workingDir).toBe(dir);
    expect([...project.namespaces.keys()]).toEqual(['base', 'empty', 'web']);
    expect(idsOf(project)).toEqual(['base/glibc', 'web/apache2']);
    expect(project.images.get('web/apache2')).toMatchObject({ parent: 'base/glibc', settings: { jobs: 2 } });
  });

  test('a namespace that is the working directory, named by its folder or by the key', async () => {
    const files = { 'kubler.config.yaml': '', ...at('images/x'), 'builder/fat/build.conf': base };
    const byFolder = await loadTestProject(tree(files, 'acme'));
    expect(idsOf(byFolder)).toEqual(['acme/x']);
    expect([...byFolder.builders.keys()]).toEqual(['acme/fat']);
    const byKey = await loadTestProject(
      tree({ ...files, 'kubler.config.yaml': 'namespace: corp\n' }, 'Acme Ltd'),
    );
    expect(idsOf(byKey)).toEqual(['corp/x']);
  });

  test('a folder of the original with several namespaces', async () => {
    const dir = tree({
      'kubler.conf': 'AUTHOR="Jo Doe <jo@example.org>"\nIMAGE_TAG=\'20240101\'\nBOB_SLOT="9"\n',
      'web/kubler.conf': 'AUTHOR="Web Team"\nBOB_OWN="${BOB_SLOT}.1"\n',
      ...at('web/images/x', { 'build.conf': 'BOB_FULL="${BOB_OWN}-${NAMESPACE}"\nBUILDER=\'web/fat\'\n' }),
      'web/builder/fat/build.conf': base,
      ...at('plain/images/not-a-namespace'),
    });
    const project = await loadTestProject(dir);
    expect([...project.namespaces.keys()]).toEqual(['web']);
    const found = project.images.get('web/x');
    expect(found).toMatchObject({
      tags: ['20240101'],
      settings: { maintainer: 'Web Team' },
      builder: 'web/fat',
    });
    expect(Object.fromEntries(found?.variables ?? [])).toMatchObject({
      BOB_SLOT: '9',
      BOB_OWN: '9.1',
      BOB_FULL: '9.1-web',
    });
  });

  test('a folder of the original that is one namespace', async () => {
    const dir = tree({ 'kubler.conf': "DEFAULT_BUILDER='web/fat'\n", ...at('images/x') }, 'web');
    const project = await loadTestProject(join(dir, 'images'));
    expect(idsOf(project)).toEqual(['web/x']);
    expect(project.settings.defaultBuilder).toBe('web/fat');
  });

  test('files of the original may use where Kubler is installed, and the values of files above', async () => {
    const dir = tree(
      {
        'kubler.conf': 'HOME_OF="${_KUBLER_DIR}"\n',
        ...at('images/x', { 'build.conf': 'BOB_A="${HOME_OF}"\n' }),
      },
      'web',
    );
    const project = await loadTestProject(dir, { shippedDir: '/opt/kubler' });
    expect(project.images.get('web/x')?.variables.get('BOB_A')).toBe('/opt/kubler');
  });

  test('an image folder may be a symbolic link', async () => {
    const dir = tree({ 'kubler.config.yaml': '', ...at('shared/x'), 'namespaces/web/images/': '' });
    symlinkSync('../../../shared/x', join(dir, 'namespaces/web/images/x'));
    symlinkSync('nowhere', join(dir, 'namespaces/web/images/dangling'));
    expect(idsOf(await loadTestProject(dir))).toEqual(['web/x']);
  });
});

describe('builders', () => {
  test('are the namespaces’, the project’s, and those that ship unless the project has its own', async () => {
    const shippedDir = tree(
      { 'builders/debian/build.conf': base, 'builders/alpha/build.conf': base },
      'shipped',
    );
    const dir = tree({
      'kubler.config.yaml': '',
      'builders/debian/build.conf': "BUILDER_BASE='mmdebstrap:trixie'\n",
      'namespaces/web/builder/debian/build.conf': "BUILDER='debian'\n",
    });
    const { builders } = await loadTestProject(dir, { shippedDir });
    expect([...builders.keys()].sort()).toEqual(['alpha', 'debian', 'web/debian']);
    expect(builders.get('debian')?.base).toEqual({ kind: 'mmdebstrap', suite: 'trixie' });
    expect(builders.get('web/debian')).toMatchObject({ extends: 'debian', base: undefined });
  });

  test('one set of builders that is both the project’s and shipped is read once', async () => {
    const dir = tree({ 'kubler.config.yaml': '', 'builders/debian/build.conf': 'ls\n' });
    const faults = await faultsOf(() => loadTestProject(dir, { shippedDir: dir }));
    expect(faults).toHaveLength(1);
  });
});

describe('settings', () => {
  const files = {
    'kubler.config.yaml':
      'jobs: 3\nmaintainer: root\ntags: [root]\ndata_dir: data\napt: { mirror: http://root, keyring: k }\n',
    'namespaces/web/kubler.config.yaml':
      'maintainer: web\nprune: [docs]\napt: { components: [main, contrib], keyring: k }\n',
    ...at('namespaces/web/images/x', { 'build.conf': "IMAGE_TAGS='one two'\nPRUNE=(-docs man)\n" }),
    ...at('namespaces/web/images/y'),
  };

  test('of an image: its build.conf over the namespace over the root over defaults', async () => {
    const dir = tree(files);
    const { images } = await loadTestProject(dir);
    expect(images.get('web/x')).toMatchObject({
      tags: ['one', 'two'],
      prune: ['docs', '-docs', 'man'],
      settings: {
        maintainer: 'web',
        jobs: 3,
        dataDir: join(dir, 'data'),
        engine: 'auto',
        apt: {
          mirror: 'http://root',
          components: ['main', 'contrib'],
          keyring: join(dir, 'namespaces/web/k'),
        },
      },
    });
    expect(images.get('web/y')).toMatchObject({ tags: ['root'], prune: ['docs'] });
  });

  test('flags beat the environment, which beats all files', async () => {
    const dir = tree(files);
    const env = { KUBLER_JOBS: '4', KUBLER_MAINTAINER: 'env' };
    const { settings, namespaces } = await loadTestProject(dir, { env, flags: { jobs: 5, dataDir: 'flag' } });
    expect(settings).toMatchObject({ jobs: 5, maintainer: 'env', dataDir: join(dir, 'flag') });
    expect(namespaces.get('web')?.settings).toMatchObject({ jobs: 5, maintainer: 'env' });
  });

  test('have defaults', async () => {
    const dir = tree({ 'kubler.config.yaml': '' });
    const { settings } = await loadTestProject(dir, { defaultJobs: 7 });
    expect(settings).toMatchObject({
      engine: 'auto',
      defaultBuilder: 'debian',
      maintainer: '',
      tags: ['latest'],
      prune: [],
      epoch: undefined,
      dataDir: '/home/test/.local/share/kubler',
      jobs: 7,
    });
    const xdg = await loadTestProject(dir, { env: { XDG_DATA_HOME: '/xdg' } });
    expect(xdg.settings.dataDir).toBe('/xdg/kubler');
    const relative = await loadTestProject(dir, { env: { XDG_DATA_HOME: 'xdg' } });
    expect(relative.settings.dataDir).toBe('/home/test/.local/share/kubler');
  });

  test('may name the home folder', async () => {
    const { settings } = await loadTestProject(tree({ 'kubler.config.yaml': 'data_dir: ~/k\n' }));
    expect(settings.dataDir).toBe('/home/test/k');
  });
});

describe('warnings', () => {
  test('of a build.conf name file, line and the name probably meant', async () => {
    const dir = tree({
      'kubler.config.yaml': '',
      ...at('namespaces/web/images/x', {
        'build.conf': [
          "IMAGE_PARNET='scratch'",
          "VERSION='1.2'",
          'IMAGE_TAGS="${VERSION}"',
          "_private='x'",
          "BOB_ANYTHING='x'",
          "PARENT_BUILDER_MOUNTS=('/a')",
          'POST_BUILD_HC=true',
          "BUILDER_BASE='debootstrap:bookworm'",
          'ZZZZ=1',
        ].join('\n'),
      }),
    });
    const file = 'namespaces/web/images/x/build.conf';
    expect((await loadTestProject(dir)).warnings).toEqual([
      `${file}:1: IMAGE_PARNET has no meaning, did you mean "IMAGE_PARENT"?`,
      `${file}:8: BUILDER_BASE has no effect here: it belongs into the build.conf of a builder`,
      `${file}:9: ZZZZ has no meaning`,
      `${file}:6: PARENT_BUILDER_MOUNTS has no effect in this version`,
    ]);
  });

  test('leave alone what is switched off', async () => {
    const dir = tree({
      'kubler.config.yaml': '',
      ...at('namespaces/web/images/x', {
        'build.conf': 'POST_BUILD_HC=false\nPARENT_BUILDER_MOUNTS=()\nBUILDER=\n',
      }),
    });
    expect((await loadTestProject(dir)).warnings).toEqual([]);
  });
});

describe('faults', () => {
  test('of all files come at once', async () => {
    const dir = tree({
      'kubler.config.yaml': 'job: 1\n',
      'namespaces/web/kubler.config.yaml': 'jobs: x\n',
      ...at('namespaces/web/images/x', { 'build.conf': 'A=$(id)\n' }),
      'namespaces/web/images/y/build.sh': '',
      'namespaces/web/images/Bad_Name/': '',
      'namespaces/web/builder/fat/build.sh': '',
      'namespaces/UPPER/images/': '',
    });
    const faults = await faultsOf(() =>
      loadTestProject(dir, { env: { KUBLER_JOBS: '0' }, flags: { engine: 'lxc' as never } }),
    );
    expect(faults.map(({ code, message }) => `${code} ${message.replaceAll(dir, '.')}`)).toEqual([
      'CONFIG_INVALID cannot read "job": there is no such key',
      'USAGE_INVALID cannot use --engine "lxc": it must be "auto" or "native" or "docker" or "podman"',
      'CONFIG_INVALID cannot use KUBLER_JOBS="0": it must be at least 1',
      'CONFIG_INVALID cannot load namespace "./namespaces/UPPER": "UPPER" is not a valid name',
      'CONFIG_INVALID cannot read "jobs": it must be a whole number',
      'CONFIG_INVALID cannot load image "./namespaces/web/images/Bad_Name": "Bad_Name" is not a valid name',
      'CONFIG_INVALID cannot read build.conf: command substitution "$(id)" is not allowed',
      'CONFIG_INVALID cannot load image "web/y": it has no Dockerfile.template',
      'CONFIG_INVALID cannot load builder "web/fat": it has no build.conf',
    ]);
    expect(faults[6]?.at).toMatchObject({
      file: join(dir, 'namespaces/web/images/x/build.conf'),
      line: 1,
      column: 3,
    });
  });

  test('a key "namespace" that names nothing, or something else', async () => {
    const dir = tree({
      'kubler.config.yaml': 'namespace: web\n',
      'namespaces/web/kubler.config.yaml': 'jobs: 1\nnamespace: other\n',
      'namespaces/api/kubler.config.yaml': 'namespace: api\n',
    });
    const faults = await faultsOf(() => loadTestProject(dir));
    expect(faults.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`)).toEqual([
      '1:12 cannot use "namespace": the working directory is not a namespace itself',
      '2:12 cannot use "namespace": its folder names this namespace "web"',
    ]);
  });

  test('a working directory whose name cannot be that of its namespace', async () => {
    const dir = tree({ 'kubler.config.yaml': '', ...at('images/x') }, 'My Images');
    const [fault] = await faultsOf(() => loadTestProject(dir));
    expect(fault?.message).toBe('cannot use the folder name "My Images" as the name of the namespace');
  });

  test('a namespace in both layouts', async () => {
    const dir = tree({ 'kubler.conf': '', 'web/kubler.conf': '', 'web/images/': '', 'namespaces/web/': '' });
    const [fault] = await faultsOf(() => loadTestProject(dir));
    expect(fault?.message).toBe('cannot load namespace "web": it is there twice');
  });

  test('a kubler.conf that wants to run something', async () => {
    const dir = tree({ 'kubler.conf': 'IMAGE_TAG="$(touch pwned)"\n', ...at('images/x') }, 'web');
    const project = await loadTestProject(dir);
    expect(project.warnings).toEqual([
      'kubler.conf:1: IMAGE_TAG is left out: no command is executed to find its value',
    ]);
    expect(project.images.get('web/x')?.tags).toEqual(['latest']);
    const faults = await faultsOf(() =>
      loadTestProject(tree({ 'kubler.conf': 'if true; then A=1; fi\n', 'images/': '' }, 'web')),
    );
    expect(faults).toMatchObject([{ code: 'CONFIG_INVALID', at: { line: 1, column: 1 } }]);
  });
});

test('the current namespace is the one the folder lies in', async () => {
  const dir = tree({ 'kubler.config.yaml': '', ...at('namespaces/web/images/x'), 'namespaces/web-2/': '' });
  const project = await loadTestProject(dir);
  const current = (path: string) => currentNamespace(project, join(dir, path));
  expect(current('namespaces/web')).toBe('web');
  expect(current('namespaces/web/images/x')).toBe('web');
  expect(current('namespaces/web-2')).toBe('web-2');
  expect(current('namespaces')).toBeUndefined();
  expect(current('')).toBeUndefined();
  const single = tree({ 'kubler.config.yaml': '', ...at('images/x') }, 'acme');
  expect(currentNamespace(await loadTestProject(single), join(single, 'images/x'))).toBe('acme');
});
