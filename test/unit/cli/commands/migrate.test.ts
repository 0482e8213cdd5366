import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { registerMigrate } from '../../../../src/cli/commands/migrate.ts';
import type { CliContext } from '../../../../src/cli/context.ts';
import { buildGraph, renderDot } from '../../../../src/stages/graph/index.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { loadPartly, loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();
const shippedDir = resolve(import.meta.dirname, '../../../..');

/** A fresh folder named `name` with these files. */
function tree(files: Readonly<Record<string, string>>, name = 'acme'): string {
  const dir = join(mkdtempSync(join(temp, 't')), name);
  mkdirSync(dir);
  writeTree(dir, files);
  return dir;
}

/** Runs `kubler migrate …` in a folder, where nobody can be asked. */
async function migrate(cwd: string, ...argv: readonly string[]) {
  const output = { stdout: '', stderr: '' };
  const unexpected = (): never => {
    throw new Error('not for this command');
  };
  const context: CliContext = {
    cwd,
    env: {},
    shippedDir,
    homeDir: join(temp, 'home'),
    stdout: (text) => (output.stdout += text),
    output: process.stdout,
    input: process.stdin,
    stderr: (text) => (output.stderr += text),
    isTty: false,
    isInputTty: false,
    isOutputTty: false,
    signal: new AbortController().signal,
    now: () => 0,
    openWorkspace: unexpected,
    probe: unexpected,
  };
  const program: Command = new Command('kubler').exitOverride();
  registerMigrate(program, context);
  await program.parseAsync(['migrate', ...argv], { from: 'user' });
  return output;
}

const image = (path: string, conf: string): Readonly<Record<string, string>> => ({
  [`${path}/build.conf`]: conf,
  [`${path}/Dockerfile.template`]: 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
});
const stage3 = "STAGE3_BASE='stage3-amd64-openrc'\nSTAGE3_DATE='20240101T000000Z'\nARCH_URL=\"${MIRROR}x\"\n";

/** A project in the layout of the original with most of what its kubler.conf files may say. */
const several = {
  'kubler.conf': [
    '# Our images',
    '',
    '# Tag for everything',
    'IMAGE_TAG="20240101" # bumped by hand',
    'AUTHOR="Jo \\"J\\" Doe <jo@example.org>"',
    "BUILD_ENGINE='docker'",
    '# Uncomment to change',
    "#KUBLER_VERBOSE='true'",
    'KUBLER_DATA_DIR="${HOME}/.kubler"',
    'HTTP_PROXY="proxy.example:3128"',
    'MIRROR="http://m.example/" PORTS=(80 "a b" \'$x\')',
    '',
    '# Flags',
    '',
    '# for all',
    'BOB_CFLAGS="-O2 -pipe"',
    'BOB_CXXFLAGS="${BOB_CFLAGS} -g"',
    'BOB_NOTE=$\'tab\\t "quoted" \\\\ ü\'',
    'BOB_YES=yes',
    'BOB_NUMBER=007',
    'BOB_EMPTY=',
    'POST_BUILD_HC_MAX_DURATION=60',
    'private=x',
  ].join('\n'),
  'base/kubler.conf': "DEFAULT_BUILDER='base/bob'\nIMAGE_TAG='ignored'\n",
  ...image(
    'base/images/glibc',
    'BOB_OWN="${MIRROR} ${BOB_NUMBER} ${private} ${IMAGE_TAG} ${AUTHOR}"\nPOST_BUILD_HC=true\n',
  ),
  ...image('base/images/openssl', 'IMAGE_PARENT="${NAMESPACE}/glibc"\n'),
  'base/builder/bob/build.conf': stage3,
  'base/push.conf': 'DOCKER_LOGIN=jo\nDOCKER_PW=secret\n',
  'web/kubler.conf':
    'DEFAULT_BUILDER="${DEFAULT_BUILDER:-base/bob}"\nBOB_CFLAGS="-O3"\nBUILDER_DOCKER_ARGS_GLOBAL=(\'--tmpfs\' \'/run\')\n',
  ...image('web/images/nginx', 'IMAGE_PARENT=base/openssl\nBUILDER="${DEFAULT_BUILDER}"\n'),
  'web/images/nginx/kubler.conf': 'IMAGE_TAG=1.2\n',
};

/** All that is known of a project, but for where it stands in which file. */
async function contents(dir: string): Promise<unknown> {
  const { images, builders, namespaces, settings } = await loadTestProject(dir, {
    shippedDir,
    homeDir: join(temp, 'home'),
  });
  const text = JSON.stringify([images, builders, namespaces, settings], (key, value: unknown) => {
    if (key === 'positions' || key === 'pruneAt') return undefined;
    return value instanceof Map ? Object.fromEntries([...(value as Map<string, unknown>)].sort()) : value;
  });
  return JSON.parse(text);
}

const dotOf = async (dir: string): Promise<string> => renderDot(buildGraph(await loadPartly(dir), []));

describe('kubler migrate', () => {
  test('changes no image, builder, setting or edge', async () => {
    const dir = tree(several);
    const [before, dot] = [await contents(dir), await dotOf(dir)];
    await migrate(dir, '--write');
    expect(existsSync(join(dir, 'kubler.conf'))).toBe(false);
    expect(await contents(dir)).toEqual(before);
    expect(await dotOf(dir)).toBe(dot);
    expect(JSON.stringify(before)).toContain('http://m.example/ 007 x 20240101 Jo');
    expect(dot).toContain('"scratch" -> "base/glibc" [label="base/bob"]');
  });

  test('writes what a person would, and keeps comments', async () => {
    const dir = tree(several);
    await migrate(dir, '--write');
    expect(readFileSync(join(dir, 'kubler.config.yaml'), 'utf8')).toBe(
      [
        `# yaml-language-server: $schema=${shippedDir}/schema/kubler.config.schema.json`,
        '# Our images',
        '',
        'maintainer: "Jo \\"J\\" Doe <jo@example.org>"',
        '# Tag for everything',
        '# bumped by hand',
        'tags: ["20240101"]',
        'data_dir: "~/.kubler"',
        'portage:',
        '  mirror: "http://m.example/"',
        'network:',
        '  http_proxy: "proxy.example:3128"',
        'variables:',
        '  PORTS: ["80", a b, "$x"]',
        '  # Flags',
        '  # for all',
        '  BOB_CFLAGS: "-O2 -pipe"',
        '  BOB_CXXFLAGS: "-O2 -pipe -g"',
        '  BOB_NOTE: "tab\\t \\"quoted\\" \\\\ ü"',
        '  BOB_YES: "yes"',
        '  BOB_NUMBER: "007"',
        '  BOB_EMPTY: ""',
        '  POST_BUILD_HC_MAX_DURATION: "60"',
        '  private: x',
        '',
      ].join('\n'),
    );
    expect(readFileSync(join(dir, 'base/kubler.config.yaml'), 'utf8')).toMatch(
      /\n\ndefault_builder: base\/bob\n$/,
    );
  });

  test('shows a patch, writes nothing, and says what is left', async () => {
    const dir = tree(several);
    const { stdout, stderr } = await migrate(dir);
    expect(existsSync(join(dir, 'kubler.config.yaml'))).toBe(false);
    expect(stderr.split('\n')).toEqual([
      'note: kubler.conf:6: BUILD_ENGINE has no effect in this version',
      'note: base/kubler.conf:2: IMAGE_TAG has no effect: that of a file above, "20240101", counts',
      'note: web/kubler.conf:1: DEFAULT_BUILDER no longer comes from the environment: its default is carried over',
      'note: base/push.conf:1: it is not read: log in with docker login or podman login, and keep it out of git',
      'note: web/images/nginx/kubler.conf:1: nothing reads it here; IMAGE_TAG can be in the build.conf',
      'nothing was written; next: kubler migrate --write',
      '',
    ]);
    const applied = tree(several);
    execFileSync('git', ['apply'], { cwd: applied, input: stdout });
    await migrate(dir, '--write');
    for (const file of ['kubler.config.yaml', 'base/kubler.config.yaml', 'web/kubler.config.yaml']) {
      const schemaOfEach = /^# yaml-language-server.*$/m;
      const read = (root: string) => readFileSync(join(root, file), 'utf8').replace(schemaOfEach, '');
      expect(read(applied)).toBe(read(dir));
    }
    expect(existsSync(join(applied, 'kubler.conf'))).toBe(false);
  });

  test('has nothing to do the second time, and leaves a kubler.config.yaml alone', async () => {
    const dir = tree(several);
    await migrate(dir, '--write');
    expect(await migrate(dir, '--write')).toMatchObject({ stdout: '' });
    writeFileSync(join(dir, 'kubler.conf'), 'IMAGE_TAG=other\n');
    const { stdout, stderr } = await migrate(dir, '--write');
    expect(stdout).toBe('');
    expect(stderr).toContain(
      'note: kubler.conf:1: it is not read, as there is a kubler.config.yaml beside it\n',
    );
    expect(readFileSync(join(dir, 'kubler.config.yaml'), 'utf8')).toContain('tags: ["20240101"]');
    expect(existsSync(join(dir, 'kubler.conf'))).toBe(true);
  });

  test('names what only a command would tell, and what counted from outside', async () => {
    const dir = tree({ 'kubler.conf': 'IMAGE_TAG="$(touch pwned)"\n', 'images/': '' });
    mkdirSync(join(temp, 'home/.kubler'), { recursive: true });
    writeFileSync(join(temp, 'home/.kubler/kubler.conf'), "BOB_X='user'\n");
    const { stdout, stderr } = await migrate(dir, '.');
    writeFileSync(join(temp, 'home/.kubler/kubler.conf'), '');
    expect(stderr).toContain(
      'kubler.conf:1: IMAGE_TAG is left out: no command is executed to find its value',
    );
    expect(stderr).toContain(`${temp}/home/.kubler/kubler.conf:1: BOB_X no longer counts for this project`);
    expect(stdout).not.toContain('\n+tags');
    expect(existsSync(join(dir, 'pwned'))).toBe(false);
  });

  test('tells programs the same as JSON', async () => {
    const dir = tree({ 'kubler.conf': 'IMAGE_TAG=1\n', 'images/': '' });
    expect(JSON.parse((await migrate(dir, '--json')).stdout)).toMatchObject({
      workingDir: dir,
      files: [{ from: join(dir, 'kubler.conf'), to: join(dir, 'kubler.config.yaml') }],
      notes: [],
      written: false,
    });
  });

  test('can name the namespace of a clone', async () => {
    const files = {
      'kubler.conf': '',
      ...image('images/x', 'IMAGE_PARENT=kubler/y\n'),
      ...image('images/y', ''),
    };
    const dir = tree(files, 'Kubler-Images');
    await migrate(dir, '--write', '--namespace', 'kubler');
    expect([...(await loadTestProject(dir)).images.keys()]).toEqual(['kubler/x', 'kubler/y']);
    const wrong = await faultsOf(() => migrate(tree(several), '--namespace', 'kubler'));
    expect(wrong.map(({ code }) => code)).toEqual(['USAGE_INVALID']);
  });

  test('stops at what it cannot read or carry over, with line and reason', async () => {
    const dir = tree({
      'kubler.conf': 'if true; then :; fi\nAUTHOR=$\'two\\nlines\'\nHTTP_PROXY="socks5://h:1/x"\n',
      'images/': '',
    });
    const faults = await faultsOf(() => migrate(dir, '--write'));
    expect(faults.map(({ message, at }) => `${at?.line} ${message}`)).toEqual([
      '1 cannot read kubler.conf: "if" is not allowed',
      '2 cannot migrate AUTHOR: it must be one line',
      '3 cannot migrate HTTP_PROXY: it must be an address such as http://proxy.example:3128',
    ]);
    expect(existsSync(join(dir, 'kubler.conf'))).toBe(true);
  });
});
