import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

/** Builds with a tmpfs as data dir, mounted where nobody else sees it; after the report come the files left in it. */
const script =
  'mount -t tmpfs -o "$1" none "$2" && { "$3" build > /dev/null; status=$?; find "$2/tmp" "$2/locks" -mindepth 1; find "$2/downloads" -name "*.part"; exit $status; }';

requires('root', 'unshare')('a data dir that takes nothing', () => {
  const root = useTempDir();
  const dataDir = join(root, 'data');
  const cwd = join(root, 'project');
  mkdirSync(dataDir);
  writeTree(cwd, {
    'kubler.config.yaml': '',
    'namespaces/acme/images/hello/build.conf': "INSTALL_MODE='extracted'\n",
    'namespaces/acme/images/hello/build.sh': '_packages="hello"\n',
    'namespaces/acme/images/hello/Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n',
  });

  async function buildIn(mountOptions: string) {
    const args = [
      '-m',
      'sh',
      '-c',
      script,
      'sh',
      mountOptions,
      dataDir,
      join(repositoryDir, 'bin/kubler.js'),
    ];
    const env = { NO_COLOR: '1', KUBLER_DATA_DIR: dataDir };
    const { exitCode, stdout, stderr } = await execa('unshare', args, { cwd, env, reject: false });
    const lines = stderr.replaceAll(dataDir, 'DATA').split('\n');
    const report = lines.filter((line) => /^(internal )?error: |^hint: /.test(line));
    return { exitCode, report, left: stdout };
  }

  it.each([
    ['full', 'size=2m', 'cannot write a file: no space left on the device', /^hint: make room on the disk/],
    ['full at once', 'size=4k', /^error: cannot write .*: no space left on the device$/, /^hint: make room/],
    // What debootstrap says of it is not in its own output.
    [
      'full with half a base',
      'size=300m',
      'cannot make a base: debootstrap ended with status 1',
      /^hint: make room/,
    ],
    [
      'read-only',
      'ro',
      /^error: cannot write "DATA.*": the file system is read-only$/,
      /--data-dir or KUBLER_DATA_DIR$/,
    ],
  ])('that is %s is named, with what to do', async (_name, options, message, hint) => {
    const { exitCode, report, left } = await buildIn(options);
    expect(report).toEqual([
      typeof message === 'string' ? `error: ${message}` : expect.stringMatching(message),
      expect.stringMatching(hint),
    ]);
    expect({ exitCode, left }).toEqual({ exitCode: 3, left: '' });
  });

  it('stands in the way of nothing: with another one the build works', async () => {
    const { exitCode, stderr } = await kubler(['build'], { cwd });
    expect(stderr).not.toContain('error');
    expect(exitCode).toBe(0);
  });
});
