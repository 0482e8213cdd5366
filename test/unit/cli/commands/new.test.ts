import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command, type CommanderError } from '@commander-js/extra-typings';
import { describe, expect, test } from 'vitest';
import { registerNew } from '../../../../src/cli/commands/new.ts';
import type { CliContext } from '../../../../src/cli/context.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';

const temp = useTempDir();
const newDir = (): string => mkdtempSync(join(temp, 'work-'));

interface Output {
  stdout: string;
  stderr: string;
}

/** Runs `kubler new …` in a folder, where nobody can be asked. */
async function runNew(cwd: string, ...argv: readonly string[]): Promise<Output> {
  const output = { stdout: '', stderr: '' };
  const unexpected = (): never => {
    throw new Error('not for this command');
  };
  const context: CliContext = {
    cwd,
    env: {},
    shippedDir: resolve(import.meta.dirname, '../../../..'),
    homeDir: temp,
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
  program.configureOutput({ writeOut: context.stdout, writeErr: context.stderr });
  registerNew(program, context);
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput({ writeOut: context.stdout, writeErr: context.stderr });
  }
  await program.parseAsync(['new', ...argv], { from: 'user' });
  return output;
}

describe('kubler new', () => {
  test('from an empty folder to an image', async () => {
    const cwd = newDir();
    expect(await runNew(cwd, 'namespace', 'acme', '--yes')).toEqual({
      stdout: 'namespaces/acme/README.md\nkubler.config.yaml\n',
      stderr: 'next: kubler new image acme/NAME --packages "PACKAGE…"\n',
    });
    expect(await runNew(cwd, 'image', 'acme/jq', '--packages', 'jq', '--yes')).toEqual({
      stdout: ['Dockerfile.template', 'README.md', 'build.conf', 'build.sh']
        .map((name) => `namespaces/acme/images/jq/${name}\n`)
        .join(''),
      stderr: 'next: kubler build acme/jq\n',
    });
  });

  test('nothing is asked without a terminal, with or without --yes', async () => {
    const cwd = newDir();
    await runNew(cwd, 'namespace', 'acme');
    await runNew(cwd, 'image', 'acme/tool');
    await runNew(cwd, 'builder', 'go');
    expect(readdirSync(join(cwd, 'builders/go'))).toEqual(['build.conf', 'build.sh']);
  });

  test('every answer has a flag', async () => {
    const cwd = newDir();
    const who = ['--maintainer', 'Jane Doe', '--email', 'jane@example.org', '--engine', 'native'];
    const { stderr } = await runNew(cwd, 'namespace', 'acme', '--type', 'single', ...who);
    expect(stderr).toContain('next: cd acme && kubler new image acme/NAME');
    const config = readFileSync(join(cwd, 'acme/kubler.config.yaml'), 'utf8');
    expect(config).toContain('\nmaintainer: "Jane Doe <jane@example.org>"\n');
    const image = ['--parent', 'acme/base', '--builder', 'debian', '--tests', 'both', '--mode', 'extracted'];
    await runNew(join(cwd, 'acme'), 'image', 'tool', ...image, '--packages', 'curl jq');
    const folder = join(cwd, 'acme/images/tool');
    expect(readdirSync(folder)).toContain('build-test.sh');
    const conf = readFileSync(join(folder, 'build.conf'), 'utf8');
    expect(conf).toMatch(/^IMAGE_PARENT='acme\/base'$/m);
    expect(conf).toMatch(/^BUILDER='debian'$/m);
    expect(conf).toMatch(/^INSTALL_MODE='extracted'$/m);
    await runNew(join(cwd, 'acme'), 'builder', 'acme/go', '--from', 'debian', '--package-manager', 'apt');
    expect(readFileSync(join(cwd, 'acme/builder/go/build.conf'), 'utf8')).toContain("BUILDER='debian'");
  });

  test('--tests alone is a file of tests, and none of the scripts', async () => {
    const cwd = newDir();
    await runNew(cwd, 'namespace', 'acme');
    await runNew(cwd, 'image', 'acme/jq', '--tests', '--yes');
    const files = readdirSync(join(cwd, 'namespaces/acme/images/jq'));
    expect(files).toEqual(['Dockerfile.template', 'README.md', 'build.conf', 'build.sh', 'test.yaml']);
  });

  test('inside a namespace its name may be left out', async () => {
    const cwd = newDir();
    await runNew(cwd, 'namespace', 'acme');
    const inside = join(cwd, 'namespaces/acme/images');
    expect((await runNew(inside, 'image', 'jq')).stderr).toBe('next: kubler build acme/jq\n');
    await expect(runNew(cwd, 'image', 'jq')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
  });

  test('--working-dir is relative to where the command was called', async () => {
    const cwd = newDir();
    mkdirSync(join(cwd, 'project'));
    expect((await runNew(cwd, 'namespace', 'acme', '-w', 'project')).stdout).toContain(
      'project/kubler.config.yaml\n',
    );
  });

  test('an answer that is none of the choices, or an image outside a project, is a usage error', async () => {
    const cwd = newDir();
    const refused = await runNew(cwd, 'namespace', 'acme', '--type', 'x').catch(
      (error: unknown) => error as CommanderError,
    );
    expect(refused).toMatchObject({ code: 'commander.invalidArgument' });
    await expect(runNew(cwd, 'image', 'acme/jq')).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    expect(readdirSync(cwd)).toEqual([]);
  });
});
