import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderError } from '../../../../src/cli/render-error.ts';
import type { ImageDefinition } from '../../../../src/model/project.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { imageDir, imageProject } from '../../../support/image-project.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();
const projectWith = (files: Readonly<Record<string, string>>): string => imageProject(temp, files);

async function load(buildConf: string): Promise<ImageDefinition | undefined> {
  return (await loadTestProject(projectWith({ 'build.conf': buildConf }))).images.get('web/x');
}

async function placesIn(buildConf: string): Promise<readonly string[]> {
  const faults = await faultsOf(() => load(buildConf));
  return faults.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`);
}

test('an image without build.conf stands on scratch', async () => {
  const dir = projectWith({});
  expect((await loadTestProject(dir)).images.get('web/x')).toEqual({
    id: 'web/x',
    dir: join(dir, imageDir),
    settings: expect.objectContaining({ jobs: 2 }) as unknown,
    parent: 'scratch',
    builder: undefined,
    installMode: 'configured',
    proveAllow: [],
    carve: 'packages',
    reach: [],
    keep: [],
    prune: [],
    tags: ['latest'],
    tests: { buildTest: false, health: undefined, file: undefined },
    container: {},
    variables: new Map(),
    positions: new Map(),
  });
});

test('build.conf says what an image is', async () => {
  const found = await load(
    [
      "IMAGE_PARENT='base/glibc'",
      'BUILDER=fat',
      'INSTALL_MODE="extracted"',
      "CARVE='whole'",
      "KEEP=('/usr/share/**' '/etc/ssl/*')",
      "PRUNE='-docs  man'",
      "IMAGE_TAGS=(one '1.10' one)",
      'BOB_SLOT="${NAMESPACE}-${TAG}-${ARCH}-${DEFAULT_BUILDER}"',
    ].join('\n'),
  );
  expect(found).toMatchObject({
    parent: 'base/glibc',
    builder: 'fat',
    installMode: 'extracted',
    carve: 'whole',
    keep: ['/usr/share/**', '/etc/ssl/*'],
    prune: ['-docs', 'man'],
    tags: ['one', '1.10'],
  });
  expect(found?.variables.get('BOB_SLOT')).toBe('web-latest-amd64-debian');
  expect(found?.positions.get('IMAGE_PARENT')).toMatchObject({
    line: 1,
    column: 14,
    excerpt: "IMAGE_PARENT='base/glibc'",
  });
  expect(found?.positions.get('BUILDER')).toMatchObject({ line: 2, column: 9 });
});

test('a parent without namespace is in the same one; empty values count as none', async () => {
  expect((await load("IMAGE_PARENT='glibc'"))?.parent).toBe('web/glibc');
  expect(await load("IMAGE_PARENT=''\nBUILDER=\nCARVE=\nINSTALL_MODE=\nIMAGE_TAGS=\n")).toMatchObject({
    parent: 'scratch',
    builder: undefined,
    tags: ['latest'],
  });
});

describe('wrong values', () => {
  test.each([
    [
      "IMAGE_PARENT='debian:12'",
      '1:14 cannot use IMAGE_PARENT="debian:12" of image "web/x": it must be "scratch", or NAMESPACE/NAME of an image of this project',
    ],
    [
      "IMAGE_PARENT='a/b/c'",
      '1:14 cannot use IMAGE_PARENT="a/b/c" of image "web/x": it must be "scratch", or NAMESPACE/NAME of an image of this project',
    ],
    [
      'IMAGE_PARENT=(a b)',
      '1:14 cannot use IMAGE_PARENT=(a b) of image "web/x": it must be one value, not a list',
    ],
    [
      'BUILDER=../x',
      '1:9 cannot use BUILDER="../x" of image "web/x": it must be the NAME of a builder, or NAMESPACE/NAME',
    ],
    [
      '\n INSTALL_MODE=fast',
      '2:15 cannot use INSTALL_MODE="fast" of image "web/x": it must be "configured" or "extracted"',
    ],
    ['CARVE=all', '1:7 cannot use CARVE="all" of image "web/x": it must be "packages" or "whole" or "reach"'],
    [
      "IMAGE_TAGS='ok :no'",
      '1:12 cannot use IMAGE_TAGS="ok :no" of image "web/x": ":no" is not a tag: letters, digits, "_", "." and "-", not starting with "." or "-", at most 128 characters',
    ],
    [
      "PRUNE='--docs'",
      '1:7 cannot use PRUNE="--docs" of image "web/x": "--docs" is not the name of a prune rule, or -NAME',
    ],
  ])('%s', async (text, place) => {
    expect(await placesIn(text)).toEqual([place]);
  });

  test('of one file come at once', async () => {
    expect(await placesIn('INSTALL_MODE=a\nCARVE=b\nIMAGE_PARENT=C\nPRUNE=D\nIMAGE_TAGS=-e\n')).toHaveLength(
      5,
    );
  });

  test('that could not be read are not judged as well', async () => {
    expect(await placesIn('IMAGE_PARENT="A$(x)"\nCARVE="$(y)x"\n')).toEqual([
      '1:16 cannot read build.conf: command substitution "$(x)" is not allowed',
      '2:8 cannot read build.conf: command substitution "$(y)" is not allowed',
    ]);
  });

  test('are shown with a caret', async () => {
    const dir = projectWith({ 'build.conf': "# mode\nINSTALL_MODE='extract'\n" });
    const [fault] = await faultsOf(() => loadTestProject(dir));
    expect(renderError(fault, { colour: false, debug: false, cwd: dir })).toBe(
      [
        'error: cannot use INSTALL_MODE="extract" of image "web/x": it must be "configured" or "extracted"',
        '  --> namespaces/web/images/x/build.conf:2:14',
        '    |',
        "  2 | INSTALL_MODE='extract'",
        '    |              ^',
        'hint: did you mean "extracted"?',
        '',
      ].join('\n'),
    );
  });
});

test('files that are no files are named, and do not hang', async () => {
  const dir = projectWith({ 'build.sh/': '' });
  execFileSync('mkfifo', [join(dir, imageDir, 'build.conf')]);
  const [conf] = await faultsOf(() => loadTestProject(dir));
  expect(conf?.message).toMatch(/^cannot read ".*\/build.conf": it is not a regular file$/);
  const [script] = await faultsOf(() => loadTestProject(projectWith({ 'build.sh/': '' })));
  expect(script?.message).toMatch(/^cannot read ".*\/build.sh": it is not a regular file$/);
});

describe('files that are links', () => {
  const load = async (name: string, target: string) => {
    const dir = projectWith({ 'own/file': '' });
    writeTree(dir, { 'outside/file': 'root:x:0:0\n' });
    rmSync(join(dir, imageDir, name), { force: true });
    symlinkSync(target, join(dir, imageDir, name));
    return faultsOf(() => loadTestProject(dir));
  };

  test.each(['build.conf', 'build.sh', 'Dockerfile.template', '.dockerignore', 'build-test.sh', 'test.yaml'])(
    'are taken inside the folder and refused when they lead out of it: %s',
    async (name) => {
      expect(await load(name, 'own/file')).toEqual([]);
      for (const target of ['/etc/passwd', '../../../../outside/file']) {
        expect(await load(name, target)).toMatchObject([
          {
            message: expect.stringMatching(`/${name}": it is a link that leads out of its folder$`) as string,
          },
        ]);
      }
    },
  );
});
