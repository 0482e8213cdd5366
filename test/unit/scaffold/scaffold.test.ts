import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createBuilder,
  createImage,
  createNamespace,
  formatMaintainer,
  parsePackages,
  type BuilderAnswers,
  type ImageAnswers,
  type NamespaceAnswers,
} from '../../../src/scaffold/index.ts';
import { loadProject } from '../../../src/stages/config/index.ts';
import { planInContext } from '../../../src/stages/image/index.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const temp = useTempDir();
const shippedDir = resolve(import.meta.dirname, '../../..');
const newDir = (): string => mkdtempSync(join(temp, 'work-'));

/** What `createNamespace` and the others are given unless a test says otherwise. */
const namespace = (workingDir: string, answers: Partial<NamespaceAnswers> = {}): Promise<readonly string[]> =>
  createNamespace({
    name: 'acme',
    type: 'multi',
    maintainer: undefined,
    engine: undefined,
    workingDir,
    shippedDir,
    force: false,
    ...answers,
  });
const image = (workingDir: string, answers: Partial<ImageAnswers> = {}): Promise<readonly string[]> =>
  createImage({
    id: 'acme/jq',
    parent: 'scratch',
    builder: undefined,
    packages: ['jq'],
    tests: 'none',
    mode: 'configured',
    workingDir,
    shippedDir,
    force: false,
    ...answers,
  });
const builder = (workingDir: string, answers: Partial<BuilderAnswers> = {}): Promise<readonly string[]> =>
  createBuilder({
    name: 'go',
    from: 'debootstrap:bookworm',
    sha256: undefined,
    packageManager: 'apt',
    workingDir,
    shippedDir,
    force: false,
    ...answers,
  });

/** All files below a folder with their mode and text, and empty folders; the machine's paths taken out. */
function dump(dir: string): string {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  return names
    .flatMap((name) => {
      const stats = statSync(join(dir, name));
      if (stats.isDirectory()) return readdirSync(join(dir, name)).length === 0 ? [`== ${name}/\n`] : [];
      const mode = (stats.mode & 0o111) === 0 ? '' : ' (executable)';
      return [`== ${name}${mode}\n${readFileSync(join(dir, name), 'utf8')}`];
    })
    .join('')
    .replaceAll(shippedDir, '/kubler');
}
const golden = (name: string): string => `${import.meta.dirname}/golden/${name}.txt`;
const load = (dir: string) => loadProject({ startDir: dir, flags: {}, env: {}, shippedDir, homeDir: temp });

describe('a namespace', () => {
  test('multi: a working directory with namespaces/', async () => {
    const dir = newDir();
    const files = await namespace(dir);
    expect(files).toEqual([join(dir, 'namespaces/acme/README.md'), join(dir, 'kubler.config.yaml')]);
    await expect(dump(dir)).toMatchFileSnapshot(golden('namespace-multi'));
    const project = await load(dir);
    expect([...project.namespaces.keys()]).toEqual(['acme']);
    expect(project.warnings).toEqual([]);
  });

  test('single: a folder that is a working directory itself', async () => {
    const dir = newDir();
    await namespace(dir, { type: 'single', maintainer: 'Jane Doe <jane@example.org>', engine: 'native' });
    await expect(dump(dir)).toMatchFileSnapshot(golden('namespace-single'));
    const project = await load(join(dir, 'acme'));
    expect([...project.namespaces.keys()]).toEqual(['acme']);
    expect(project.settings.maintainer).toBe('Jane Doe <jane@example.org>');
  });

  test('a second one leaves the configuration alone; what differs goes into its own', async () => {
    const dir = newDir();
    await namespace(dir);
    const before = readFileSync(join(dir, 'kubler.config.yaml'), 'utf8');
    await namespace(dir, { name: 'plain' });
    await namespace(dir, { name: 'other', maintainer: 'Max' });
    expect(readFileSync(join(dir, 'kubler.config.yaml'), 'utf8')).toBe(before);
    expect(existsSync(join(dir, 'namespaces/plain/kubler.config.yaml'))).toBe(false);
    const project = await load(dir);
    expect(project.namespaces.get('other')?.settings.maintainer).toBe('Max');
    expect(project.namespaces.get('plain')?.settings.maintainer).toBe('');
  });

  test('the schema is named by a relative path where Kubler is inside the project', async () => {
    const dir = newDir();
    const inside = join(dir, 'node_modules/kubler');
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(shippedDir, inside);
    await namespace(dir, { shippedDir: inside });
    await namespace(dir, { shippedDir: inside, name: 'other', maintainer: 'Max' });
    const firstLine = (path: string): string => readFileSync(join(dir, path), 'utf8').split('\n')[0] ?? '';
    const schema = 'node_modules/kubler/schema/kubler.config.schema.json';
    expect(firstLine('kubler.config.yaml')).toBe(`# yaml-language-server: $schema=./${schema}`);
    expect(firstLine('namespaces/other/kubler.config.yaml')).toBe(
      `# yaml-language-server: $schema=../../${schema}`,
    );
  });

  test('one that is there is not touched without force', async () => {
    const dir = newDir();
    await namespace(dir);
    writeFileSync(join(dir, 'namespaces/acme/README.md'), 'mine');
    await expect(namespace(dir)).rejects.toMatchObject({ code: 'SCAFFOLD_EXISTS' });
    expect(readFileSync(join(dir, 'namespaces/acme/README.md'), 'utf8')).toBe('mine');
    await namespace(dir, { force: true });
    expect(readFileSync(join(dir, 'namespaces/acme/README.md'), 'utf8')).toContain('# acme');
  });

  test('none is made inside a single namespace', async () => {
    const dir = newDir();
    await namespace(dir, { type: 'single' });
    await expect(namespace(join(dir, 'acme'), { name: 'x' })).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    });
  });
});

describe('an image', () => {
  test.each(['none', 'both', 'yaml'] as const)('with tests: %s', async (tests) => {
    const dir = newDir();
    await namespace(dir);
    await image(dir, { tests });
    await expect(dump(join(dir, 'namespaces/acme/images'))).toMatchFileSnapshot(
      golden(`image-tests-${tests}`),
    );
  });

  test('every answer is in its files, which load without a warning and plan as they are', async () => {
    const dir = newDir();
    await namespace(dir);
    await image(dir, { id: 'acme/base' });
    const answers = {
      parent: 'acme/base',
      builder: 'debian',
      packages: ['curl=7.88.1-10', 'jq'],
      mode: 'extracted',
    } as const;
    await image(dir, { id: 'acme/child', tests: 'hc', ...answers });
    const project = await load(dir);
    expect(project.warnings).toEqual([]);
    const child = project.images.get('acme/child');
    expect(child).toMatchObject({ parent: 'acme/base', builder: 'debian', installMode: 'extracted' });
    const folder = join(dir, 'namespaces/acme/images/child');
    expect(readFileSync(join(folder, 'build.sh'), 'utf8')).toContain('\n_packages="curl=7.88.1-10 jq"\n');
    expect(readdirSync(folder)).toContain('docker-healthcheck.sh');
    expect(readdirSync(folder)).not.toContain('build-test.sh');
    const contextDir = join(dir, 'namespaces/acme/images/base');
    const text = readFileSync(join(contextDir, 'Dockerfile.template'), 'utf8');
    const variables = new Map([['IMAGE_PARENT', 'scratch'], ['MAINTAINER', '']]); // prettier-ignore
    const { plan, faults } = await planInContext({
      file: 'D',
      text,
      variables,
      contextDir,
      rootfs: 'required',
      architecture: 'amd64',
    });
    expect(faults).toEqual([]);
    expect(plan.steps.map(({ createdBy }) => createdBy)).toEqual(['LABEL maintainer=', 'ADD rootfs.tar /']);
  });

  test('its file of tests is read without a warning, wherever Kubler is', async () => {
    const dir = newDir();
    const inside = join(dir, 'node_modules/kubler');
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(shippedDir, inside);
    await namespace(dir);
    await image(dir, { tests: 'yaml', shippedDir: inside });
    const file = join(dir, 'namespaces/acme/images/jq/test.yaml');
    const [, schema = ''] = /schema=(\S+)/.exec(readFileSync(file, 'utf8')) ?? [];
    expect(schema).toBe('../../../../node_modules/kubler/schema/test.schema.json');
    expect(existsSync(resolve(file, '..', schema))).toBe(true);
    const project = await load(dir);
    expect(project.warnings).toEqual([]);
    expect(project.images.get('acme/jq')?.tests.file?.files).toEqual([{ path: '/', type: 'directory' }]);
  });

  test('works in a single namespace and in the layout of the original', async () => {
    const dir = newDir();
    await namespace(dir, { type: 'single' });
    expect((await image(join(dir, 'acme')))[0]).toContain(join(dir, 'acme/images/jq/'));
    const original = newDir();
    mkdirSync(join(original, 'acme/images'), { recursive: true });
    expect((await image(original))[0]).toContain(join(original, 'acme/images/jq/'));
  });

  test('an unknown namespace is named with the command that makes it', async () => {
    await expect(image(newDir())).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      hint: 'kubler new namespace acme',
    });
  });

  test('files that are there are listed, and none is written', async () => {
    const dir = newDir();
    await namespace(dir);
    const folder = join(dir, 'namespaces/acme/images/jq');
    mkdirSync(folder);
    writeFileSync(join(folder, 'build.sh'), 'mine');
    await expect(image(dir)).rejects.toMatchObject({
      code: 'SCAFFOLD_EXISTS',
      details: [join(folder, 'build.sh')],
    });
    expect(readdirSync(folder)).toEqual(['build.sh']);
    await image(dir, { force: true });
    expect(readFileSync(join(folder, 'build.sh'), 'utf8')).toContain('_packages="jq"');
  });

  test('a dangling link in the place of a file counts as being there', async () => {
    const dir = newDir();
    await namespace(dir);
    const folder = join(dir, 'namespaces/acme/images/jq');
    mkdirSync(folder);
    symlinkSync(join(dir, 'nowhere'), join(folder, 'build.conf'));
    await expect(image(dir)).rejects.toMatchObject({ code: 'SCAFFOLD_EXISTS' });
    await image(dir, { force: true });
    expect(existsSync(join(dir, 'nowhere'))).toBe(false);
  });

  test('a template of the namespace goes before one of the project, and that before the shipped one', async () => {
    const dir = newDir();
    await namespace(dir);
    const template = (where: string, text: string): void => {
      mkdirSync(join(where, 'templates/image/sub'), { recursive: true });
      writeFileSync(join(where, 'templates/image/sub/note'), text);
    };
    const note = (id: string): string =>
      readFileSync(join(dir, 'namespaces/acme/images', id, 'sub/note'), 'utf8');
    template(dir, 'project {{image}}\n');
    await image(dir, { id: 'acme/one' });
    template(join(dir, 'namespaces/acme'), 'namespace {{image}}\n');
    await image(dir, { id: 'acme/two' });
    expect([note('one'), note('two')]).toEqual(['project acme/one\n', 'namespace acme/two\n']);
    template(join(dir, 'namespaces/acme'), 'x\n {{imag}}');
    await expect(image(dir, { id: 'acme/three' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      at: { line: 2, column: 2 },
    });
    expect(existsSync(join(dir, 'namespaces/acme/images/three'))).toBe(false);
  });
});

describe('a builder', () => {
  test('for every namespace, from a base', async () => {
    const dir = newDir();
    await namespace(dir);
    await builder(dir);
    await expect(dump(join(dir, 'builders'))).toMatchFileSnapshot(golden('builder'));
    const project = await load(dir);
    expect(project.builders.get('go')?.base).toEqual({ kind: 'debootstrap', suite: 'bookworm' });
    expect(project.warnings).toEqual([]);
  });

  test('for one namespace, extending another', async () => {
    const dir = newDir();
    await namespace(dir);
    await builder(dir, { name: 'acme/go', from: 'debian' });
    const project = await load(dir);
    expect(project.builders.get('acme/go')).toMatchObject({ extends: 'debian', base: undefined });
    expect(existsSync(join(dir, 'namespaces/acme/builder/go/build.conf'))).toBe(true);
  });

  test('from a tarball with its checksum', async () => {
    const dir = newDir();
    await namespace(dir);
    const from = 'tarball:https://example.org/root.tar.xz';
    await builder(dir, { from, sha256: 'A'.repeat(64) });
    expect((await load(dir)).builders.get('go')?.base).toMatchObject({
      kind: 'tarball',
      suite: 'bookworm',
      sha256: 'a'.repeat(64),
    });
    await expect(builder(dir, { name: 'x', from, sha256: 'abc' })).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    });
  });

  test('with another package manager, from what has it, or as the builder to extend has', async () => {
    const dir = newDir();
    await namespace(dir);
    const from = 'tarball:https://example.org/root.tar.gz';
    await builder(dir, { name: 'alpine', from, sha256: 'a'.repeat(64), packageManager: 'apk' });
    await builder(dir, { name: 'child', from: 'alpine', packageManager: undefined });
    const { builders, warnings } = await load(dir);
    expect(warnings).toEqual([]);
    expect(builders.get('alpine')).toMatchObject({
      packageManager: 'apk',
      base: { kind: 'tarball', suite: 'apk', location: from.slice('tarball:'.length) },
    });
    expect(builders.get('child')).toMatchObject({ packageManager: undefined, extends: 'alpine' });
    await expect(builder(dir, { name: 'x', packageManager: 'apk' })).rejects.toMatchObject({
      code: 'USAGE_INVALID',
      message: 'cannot start a builder with apk from "debootstrap:bookworm": it makes bases with apt',
    });
  });

  test.each(['go', 'image:', "image:x'; rm", 'debootstrap:', "tarball:x'; rm", 'A B', ''])(
    'not from "%s"',
    async (from) => {
      const dir = newDir();
      await namespace(dir);
      await expect(builder(dir, { from })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
      expect(existsSync(join(dir, 'builders'))).toBe(false);
    },
  );
});

describe('bad names are refused with the rule, and nothing is written', () => {
  const rule = {
    code: 'SCAFFOLD_BAD_NAME',
    hint: expect.stringContaining('lower-case letters and digits') as string,
  };

  test.each(['Acme', '', '.', '..', '../x', 'a b', 'a/b', 'a--b', '-a', 'a_', 'ä', 'x'.repeat(65), "a'b"])(
    '%s',
    async (name) => {
      const dir = newDir();
      await expect(namespace(dir, { name })).rejects.toMatchObject(rule);
      expect(readdirSync(dir)).toEqual([]);
      await namespace(dir);
      await expect(image(dir, { id: `acme/${name}` })).rejects.toMatchObject(rule);
      await expect(image(dir, { id: `${name}/jq` })).rejects.toMatchObject(rule);
      await expect(builder(dir, { name: `acme/${name}` })).rejects.toMatchObject(rule);
      expect(readdirSync(join(dir, 'namespaces/acme/images'))).toEqual([]);
    },
  );

  test('kubler is no name for a namespace', async () => {
    await expect(namespace(newDir(), { name: 'kubler' })).rejects.toMatchObject({
      code: 'SCAFFOLD_BAD_NAME',
    });
  });

  test('a parent or a builder that is no name', async () => {
    const dir = newDir();
    await namespace(dir);
    await expect(image(dir, { parent: "x'\nBUILDER=y" })).rejects.toMatchObject({ code: 'USAGE_INVALID' });
    await expect(image(dir, { builder: "x'" })).rejects.toMatchObject({ code: 'SCAFFOLD_BAD_NAME' });
  });
});

describe('texts', () => {
  test('packages', () => {
    expect(parsePackages(' jq,  libstdc++6 curl=7.88.1-10+deb12u5 libc6:amd64 ')).toEqual([
      'jq',
      'libstdc++6',
      'curl=7.88.1-10+deb12u5',
      'libc6:amd64',
    ]);
    expect(parsePackages('')).toEqual([]);
    for (const bad of ['$(id)', 'a"b', '-o=x', 'JQ', 'a;b', '`x`']) {
      expect(() => parsePackages(bad)).toThrow(`cannot use "${bad}" as a package`);
    }
  });

  test('the maintainer', () => {
    expect(formatMaintainer('Jane Doe', 'jane@example.org')).toBe('Jane Doe <jane@example.org>');
    expect(formatMaintainer('Jane', undefined)).toBe('Jane');
    expect(formatMaintainer(undefined, 'jane@example.org')).toBe('jane@example.org');
    expect(formatMaintainer(' ', '')).toBeUndefined();
    for (const bad of ['a"b', 'a\nb', '$HOME', 'a\\b'])
      expect(() => formatMaintainer(bad, undefined)).toThrow('cannot use');
  });
});
