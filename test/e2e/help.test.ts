import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { member, tarOf } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { gzipSync } from 'node:zlib';
import { sharedDataDir } from '../support/shared-data-dir.ts';

/** Verbs and, with a blank between, what is below them. */
async function verbs(above: readonly string[] = []): Promise<readonly string[]> {
  const { stdout } = await kubler([...above, '--help']);
  const [, list = ''] = /^Commands:\n((?: {2}.*\n?)+)/m.exec(stdout) ?? [];
  const names = [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name);
  const own = names.filter((name) => name !== 'help');
  const below = await Promise.all(own.map((name) => (name === 'new' ? verbs(['new']) : Promise.resolve([]))));
  return own.flatMap((name, at) => (below[at]?.length ? below[at] : [[...above, name].join(' ')]));
}

/** The command lines below `Example:` or `Examples:` in a help. */
function examplesIn(help: string): readonly string[] {
  const [, block = ''] = /^Examples?:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  // What follows three blanks is a remark.
  return block.split('\n').flatMap((line) => line.trim().split(/ {3,}/)[0] || []);
}

/** Why an example is not run: it takes what this test cannot give. */
const notRun: readonly (readonly [RegExp, string])[] = [
  [/^kubler update/, 'it fetches package indexes anew'],
  [/^kubler run -it /, 'it takes a terminal'],
  [/lang\/python|web\/apache2/, 'the images are large, and built by tests of their own'],
  [/kubler debug /, 'it takes a container of Docker or Podman'],
  [/^kubler shell [^|]*$/, 'it reads commands of a terminal'],
];

requires(
  'root',
  'runc',
  'debootstrap',
)('help', () => {
  const dir = useTempDir();
  const project = join(dir, 'project');
  const bin = join(dir, 'bin');

  /** Runs a line as a person would, in the project of the first steps. */
  const run = (line: string, cwd = project) =>
    execa('bash', ['-c', line], {
      cwd,
      env: { PATH: `${bin}:${process.env['PATH']}`, KUBLER_DATA_DIR: sharedDataDir(), NO_COLOR: '1' },
      reject: false,
      input: '',
    });
  const runAll = async (lines: readonly string[], cwd?: string) => {
    for (const line of lines) {
      const { exitCode, stderr } = await run(line, cwd);
      expect(exitCode, `${line}\n${stderr}`).toBe(0);
    }
  };

  beforeAll(async () => {
    for (const folder of [project, bin]) mkdirSync(folder);
    const kublerScript = `exec '${process.execPath}' '${repositoryDir}/bin/kubler.js' "$@"`;
    // Graphviz need not be there.
    for (const [name, script] of [
      ['kubler', kublerScript],
      ['dot', 'exec cat'],
    ] as const) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    writeFileSync(join(project, 'rootfs.tar.gz'), gzipSync(await tarOf(member({ path: 'file', text: 'x' }))));
    // Of a run before this one.
    await kubler(['rm', '--force', 'vendor/base']);
  });

  it('shows first steps that work', async () => {
    const lines = examplesIn((await kubler(['--help'])).stdout);
    expect(lines.length).toBeGreaterThan(2);
    await runAll(lines);
  });

  it('of each verb has an example that works', async () => {
    const all = await verbs();
    expect(all).toEqual(expect.arrayContaining(['new image', 'build', 'import', 'rm', 'completion']));
    // What removes the image comes last.
    for (const verb of [...all].sort((a, b) => Number(a === 'rm') - Number(b === 'rm'))) {
      const { exitCode, stdout } = await kubler([...verb.split(' '), '--help']);
      expect(exitCode).toBe(0);
      const lines = examplesIn(stdout);
      expect(lines, `kubler ${verb} --help has no example`).not.toEqual([]);
      const cwd = verb.startsWith('new ') ? join(dir, verb.replace(' ', '-')) : project;
      if (cwd !== project) mkdirSync(cwd);
      if (['new image', 'new builder'].includes(verb)) await runAll(['kubler new namespace acme --yes'], cwd);
      await runAll(
        lines.filter((line) => !notRun.some(([pattern]) => pattern.test(line))),
        cwd,
      );
    }
  });
});
