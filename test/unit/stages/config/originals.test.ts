import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadPartly, loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();

/** A fresh folder named `name` with these files. */
function tree(files: Readonly<Record<string, string>>, name = 'acme'): string {
  const dir = join(mkdtempSync(join(temp, 't')), name);
  mkdirSync(dir);
  writeTree(dir, files);
  return dir;
}

/** An image of the original. */
const image = (path: string, conf = ''): Readonly<Record<string, string>> => ({
  [`${path}/build.conf`]: conf,
  [`${path}/Dockerfile.template`]: 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
});
const stage3 = "STAGE3_BASE='stage3-amd64-openrc'\nSTAGE3_DATE='20240101T000000Z'\n";

describe('kubler.conf at every level', () => {
  const home = (): string =>
    tree({ '.kubler/kubler.conf': "IMAGE_TAG='user'\nBOB_A='user'\nBOB_B='user'\n" }, 'home');
  const system = (): string =>
    join(tree({ 'kubler.conf': "BOB_A='system'\nBOB_C='system'\nMIRROR='m'\n" }), 'kubler.conf');

  test('of the machine, of the user, of the working directory and of the namespace, the innermost counting', async () => {
    const dir = tree({
      'kubler.conf': "BOB_B='root'\nAUTHOR='Jo'\n",
      'web/kubler.conf': 'IMAGE_TAG="mine"\nBOB_D="${MIRROR}/${NAMESPACE}"\n',
      ...image('web/images/x', 'BOB_E="${IMAGE_TAG} ${AUTHOR}"\n'),
    });
    const project = await loadTestProject(dir, { homeDir: home(), systemFile: system() });
    const found = project.images.get('web/x');
    expect(Object.fromEntries(found?.variables ?? [])).toEqual({
      BOB_A: 'user',
      BOB_B: 'root',
      BOB_C: 'system',
      BOB_D: 'm/web',
      BOB_E: 'user Jo',
    });
    expect(found?.tags).toEqual(['user']);
    expect(project.warnings).toEqual([
      'web/kubler.conf:1: IMAGE_TAG has no effect: that of a file above, "user", counts',
    ]);
  });

  test('an IMAGE_TAG of a namespace counts where none is above, one of an image always', async () => {
    const dir = tree({
      'kubler.conf': '',
      'web/kubler.conf': "IMAGE_TAG='ns'\n",
      ...image('web/images/x'),
      ...image('web/images/y', "IMAGE_TAG='own'\n"),
    });
    const { images } = await loadTestProject(dir);
    expect(images.get('web/x')?.tags).toEqual(['ns']);
    expect(images.get('web/y')?.tags).toEqual(['own']);
  });

  test('of machine and user are not read for a project with a kubler.config.yaml', async () => {
    const dir = tree({ 'kubler.config.yaml': '', ...image('images/x') });
    const { images } = await loadTestProject(dir, { homeDir: home(), systemFile: system() });
    expect(images.get('acme/x')).toMatchObject({ tags: ['latest'], variables: new Map() });
  });

  test('may name variables of the original in the environment, and no others', async () => {
    const dir = tree({
      'kubler.conf':
        'BOB_A="${BOB_A:-default}"\nBOB_B="${SECRET:-none}"\nDEFAULT_BUILDER="${DEFAULT_BUILDER:-acme/bob}"\n',
      ...image('images/x'),
      'builder/bob/build.conf': stage3,
    });
    const env = { BOB_A: 'given', BOB_UNNAMED: 'x', SECRET: 'y', HTTP_PROXY: 'http://u:p@h' };
    const project = await loadTestProject(dir, { env });
    expect(project.images.get('acme/x')?.variables).toEqual(
      new Map([
        ['BOB_A', 'given'],
        ['BOB_B', 'none'],
      ]),
    );
    expect(project.settings.defaultBuilder).toBe('acme/bob');
  });

  test('what counts for all images or builders below does so, unless they say otherwise', async () => {
    const dir = tree({
      'kubler.conf':
        "POST_BUILD_HC=true\nPOST_BUILD_HC_MAX_DURATION=60\nBUILDER_DOCKER_ARGS_GLOBAL=('--tmpfs' '/run')\nARCH=arm64\n",
      ...image('images/x', "BUILDER_DOCKER_ARGS=('--env' 'A=1')\n"),
      ...image('images/y', 'POST_BUILD_HC=false\nIMAGE_PARENT=x\n'),
      'builder/bob/build.conf': stage3,
    });
    const { images, builders } = await loadTestProject(dir);
    expect(images.get('acme/x')?.tests.health).toMatchObject({ maxDuration: 60 });
    expect(images.get('acme/x')?.container).toMatchObject({
      tmpfs: [{ containerPath: '/run' }],
      env: { A: '1' },
    });
    expect(images.get('acme/y')?.tests.health).toBeUndefined();
    expect(builders.get('acme/bob')?.obstacles).toHaveLength(1);
  });

  test('warnings are few: one for each kind', async () => {
    const dir = tree({
      'kubler.conf':
        'BUILD_ENGINE=docker\nDOCKER_BUILD_OPTS=--load\nDEFAULT_MUSL_BUILDER=acme/bob\nBOB_X=1\n',
      ...image('images/x', 'BUILD_PRIVILEGED=true\nBUILDER="${NO_SUCH_NAME}"\n'),
      ...image('images/y', 'BUILD_PRIVILEGED=true\nBUILDER="${NO_SUCH_NAME}"\n'),
    });
    expect((await loadTestProject(dir)).warnings).toEqual([
      'kubler.conf:1: BUILD_ENGINE, DOCKER_BUILD_OPTS have no effect in this version',
      'images/x/build.conf:2: NO_SUCH_NAME has no value and counts as empty (and 1 more of these)',
      'images/x/build.conf:1: BUILD_PRIVILEGED has no effect in this version (and 1 more of these)',
    ]);
  });
});

test('DEFAULT_BUILDER of an image counts where it stands on scratch', async () => {
  const dir = tree({
    'kubler.conf': "DEFAULT_BUILDER='acme/bob'\n",
    ...image('images/x', 'DEFAULT_BUILDER="${NAMESPACE}/musl"\n'),
    ...image('images/y', 'DEFAULT_BUILDER="${NAMESPACE}/musl"\nIMAGE_PARENT=acme/x\n'),
    ...image('images/z', 'BUILDER="${DEFAULT_BUILDER}"\n'),
  });
  const { images } = await loadTestProject(dir);
  expect([...images.values()].map(({ builder }) => builder)).toEqual(['acme/musl', undefined, 'acme/bob']);
});

test('nothing leaks from one image, builder or namespace to another', async () => {
  const dir = tree({
    'kubler.conf': '',
    'a/kubler.conf': "BOB_NS='a'\nDEFAULT_MUSL_BUILDER='a/musl'\nPOST_BUILD_HC_TIMEOUT=9\n",
    ...image(
      'a/images/x',
      "BOB_A='x'\nBUILDER_SECCOMP=unconfined\nPOST_BUILD_HC=true\nBUILDER_MOUNTS=('/tmp:/t')\n",
    ),
    ...image('a/images/y', 'IMAGE_PARENT=a/x\nBOB_B="${BOB_A}"\n'),
    'b/kubler.conf': '',
    ...image('b/images/z', 'BUILDER="${DEFAULT_MUSL_BUILDER}"\nPOST_BUILD_HC=true\n'),
  });
  const { images } = await loadTestProject(dir);
  expect(images.get('a/y')).toMatchObject({
    builder: undefined,
    container: {},
    tests: { health: undefined },
  });
  expect(images.get('a/y')?.container).toEqual({});
  expect(Object.fromEntries(images.get('a/y')?.variables ?? [])).toMatchObject({ BOB_NS: 'a', BOB_B: '' });
  expect(images.get('b/z')).toMatchObject({ builder: undefined, tests: { health: { timeout: 5 } } });
  expect(images.get('b/z')?.variables.has('BOB_NS')).toBe(false);
});

test('push.conf, and a kubler.conf beside a build.conf, are left alone', async () => {
  const dir = tree({
    'kubler.conf': '',
    'push.conf': 'DOCKER_PW=$(pass show x)\n',
    ...image('images/x'),
    'images/x/kubler.conf': 'IMAGE_TAG=$(date)\nif true; then :; fi\n',
  });
  const project = await loadTestProject(join(dir, 'images/x'));
  expect(project.workingDir).toBe(dir);
  expect(project.images.get('acme/x')?.tags).toEqual(['latest']);
});

describe('namespaces of the user', () => {
  const shared = {
    '.kubler/namespaces/kubler/kubler.conf': "DEFAULT_BUILDER='kubler/bob'\nBOB_OF='kubler'\nTYPPO=$(date)\n",
    ...image('.kubler/namespaces/kubler/images/glibc'),
    ...image('.kubler/namespaces/kubler/images/bad', 'ls\n'),
    '.kubler/namespaces/kubler/builder/bob/build.conf': stage3,
    '.kubler/namespaces/not-one/README': '',
  };

  test('are there for parents and builders of every project', async () => {
    const dir = tree({ 'kubler.conf': '', ...image('images/x', 'IMAGE_PARENT=kubler/glibc\n') });
    const project = await loadTestProject(dir, { homeDir: tree(shared, 'home') });
    expect([...project.images.keys()]).toEqual(['acme/x', 'kubler/glibc']);
    expect(project.images.get('kubler/glibc')?.settings.defaultBuilder).toBe('kubler/bob');
    expect(project.images.get('acme/x')?.variables.has('BOB_OF')).toBe(false);
    expect(project.builders.has('kubler/bob')).toBe(true);
    expect(project.namespaces.get('kubler')?.isShared).toBe(true);
    expect(project.warnings).toEqual([]);
    expect([...project.broken.images.keys()]).toEqual(['kubler/bad']);
  });

  test('give way to one of that name in the project', async () => {
    const dir = tree({ 'kubler.conf': '', ...image('images/own') }, 'kubler');
    const project = await loadTestProject(dir, { homeDir: tree(shared, 'home') });
    expect([...project.images.keys()]).toEqual(['kubler/own']);
  });

  test('are a project of their own from inside', async () => {
    const homeDir = tree({ ...shared, '.kubler/kubler.conf': "IMAGE_TAG='1'\n" }, 'home');
    const project = await loadPartly(join(homeDir, '.kubler/namespaces/kubler/images'), { homeDir });
    expect(project.workingDir).toBe(join(homeDir, '.kubler'));
    expect(project.images.get('kubler/glibc')?.tags).toEqual(['1']);
    expect(project.namespaces.get('kubler')?.isShared).toBeUndefined();
  });
});

test('what has faults is told apart, and nothing else suffers', async () => {
  const dir = tree({
    'kubler.conf': '',
    ...image('images/good'),
    ...image('images/bad', 'CARVE=nothing\n'),
    'images/empty/README': '',
    'builder/none/README': '',
  });
  const { images, broken } = await loadPartly(dir);
  expect([...images.keys()]).toEqual(['acme/good']);
  const faults = [...broken.images, ...broken.builders].map(([name, each]) => [
    name,
    each.map(({ message }) => message),
  ]);
  expect(faults).toEqual([
    [
      'acme/bad',
      ['cannot use CARVE="nothing" of image "acme/bad": it must be "packages" or "whole" or "reach"'],
    ],
    ['acme/empty', ['cannot load image "acme/empty": it has no Dockerfile.template']],
    ['acme/none', ['cannot load builder "acme/none": it has no build.conf']],
  ]);
});

test('variables: of a kubler.config.yaml are those of a kubler.conf', async () => {
  const text = 'variables:\n  BOB_A: "1"\n  FROM_URL: http://m/\n  POST_BUILD_HC: "true"\n';
  const dir = tree({ 'kubler.config.yaml': text, ...image('images/x', 'BOB_B="${FROM_URL}x"\n') });
  const found = (await loadTestProject(dir)).images.get('acme/x');
  expect(Object.fromEntries(found?.variables ?? [])).toMatchObject({ BOB_A: '1', BOB_B: 'http://m/x' });
  expect(found?.tests.health).toBeDefined();
});

test.each([
  ['IMAGE_TAG: x', 'cannot read "variables.IMAGE_TAG": there is the key "tags" for it'],
  ['a-b: y', 'cannot read "variables.a-b": it is not the name of a variable'],
  ['N: 1', 'cannot read "variables.N": it must be text (put it in quotes), or it must be a list'],
])('variables: {%s} is refused', async (entry, message) => {
  const dir = tree({ 'kubler.config.yaml': `variables:\n  ${entry}\n`, 'images/': '' });
  await expect(loadTestProject(dir)).rejects.toThrow(message);
});
