import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { kubler, repositoryDir, succeedsIn } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { member, writeTarFile } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

interface Inspected {
  readonly imageId: string;
  readonly tags: readonly string[];
  readonly layers: readonly { readonly digest: string; readonly uncompressedBytes?: number }[];
  readonly config: { readonly StopSignal?: string };
  readonly parent?: string;
  readonly record?: { readonly imported?: string; readonly receipts: readonly unknown[] };
}

requires(
  'root',
  'runc',
  'debootstrap',
)('built images', () => {
  const dir = useTempDir();
  const call = (...args: readonly string[]) => kubler(args, { cwd: dir });
  const succeed = succeedsIn({ cwd: dir });
  const inspect = async (image: string) => JSON.parse(await succeed('inspect', image, '--json')) as Inspected;
  const importTar = async (text: string) => {
    await writeTarFile(join(dir, 'root.tar'), member({ path: 'file', text }));
    await succeed('import', '--force', 'root.tar', 'kept/base');
  };

  beforeAll(async () => {
    writeTree(dir, {
      'kubler.config.yaml': '# a project\n',
      'namespaces/kept/images/app/build.conf': "IMAGE_PARENT='kept/base'\n",
      'namespaces/kept/images/app/build.sh': 'finish_rootfs_build() { echo one > "${_ROOTFS}/made"; }\n',
      'namespaces/kept/images/app/Dockerfile.template':
        'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\nLABEL note="a label"\nSTOPSIGNAL SIGINT\n',
    });
    await call('rm', '--force', 'kept/app', 'kept/base');
    await importTar('base');
    const built = await call('build', 'kept/app');
    expect(built.exitCode, built.stderr).toBe(0);
  });

  it('tell their configuration, layers, origin and tags', async () => {
    const app = await inspect('kept/app');
    expect(app).toMatchObject({ tags: ['latest'], parent: 'kept/base', config: { StopSignal: 'SIGINT' } });
    expect(app.layers).toHaveLength(2);
    expect(app.layers.every(({ uncompressedBytes = 0 }) => uncompressedBytes > 0)).toBe(true);
    expect((await inspect('kept/base')).record?.imported).toMatch(/^[0-9a-f]{64}$/);
    const text = await succeed('inspect', 'kept/app');
    expect(text).toMatch(/^origin +built on kept\/base \(sha256:[0-9a-f]{64}\)$/m);
    expect(text).toMatch(/^ {2}label +note=a label$/m);
  });

  it('tell what made them', async () => {
    const lines = (await succeed('history', 'kept/app')).split('\n');
    expect(lines.map((line) => line.replace(/^.* {2}/, '')).slice(1)).toEqual([
      expect.stringMatching(/^import sha256:/),
      'ADD rootfs.tar /',
      'LABEL note=a label',
      'STOPSIGNAL SIGINT',
    ]);
    const history = JSON.parse(await succeed('history', 'kept/app', '--json')) as { layer?: unknown }[];
    expect(history.map(({ layer }) => layer !== undefined)).toEqual([true, true, false, false]);
  });

  it('keep a tag that was given when they are built again', async () => {
    const before = await inspect('kept/app');
    expect(await succeed('tag', 'kept/app', '1.0')).toBe('kept/app:1.0');
    expect((await inspect('kept/app')).tags).toEqual(['1.0', 'latest']);
    writeTree(dir, {
      'namespaces/kept/images/app/build.sh': 'finish_rootfs_build() { echo two > "${_ROOTFS}/made"; }\n',
    });
    await succeed('build', 'kept/app');
    const [old, now] = [await inspect('kept/app:1.0'), await inspect('kept/app')];
    expect(old).toMatchObject({ imageId: before.imageId, tags: ['1.0'] });
    expect(old.record).toBeUndefined();
    expect(now.imageId).not.toBe(before.imageId);
    await succeed('clean');
    expect(await inspect('kept/app:1.0')).toMatchObject({ imageId: before.imageId });
  });

  it('ask back about names, and refuse what is no tag', async () => {
    const hintOf = async (...args: readonly string[]) => {
      const { exitCode, stderr } = await call(...args);
      expect(exitCode).toBe(2);
      return stderr;
    };
    expect(await hintOf('inspect', 'kept/ap')).toContain('did you mean "kept/app"?');
    expect(await hintOf('history', 'kept/app:1.1')).toContain('did you mean "1.0"?');
    expect(await hintOf('tag', 'kept/app', 'no tag')).toContain('cannot use tag "no tag"');
    expect(await hintOf('rm', 'kept/bas')).toContain('did you mean "kept/base"?');
  });

  it('are not removed while others stand on them, unless forced', async () => {
    const refused = await call('rm', 'kept/base');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      'error: cannot remove kept/base: built images stand on it\n  kept/app\n',
    );
    expect(await succeed('rm', 'kept/app:1.0')).toBe('removed kept/app:1.0');
    expect((await inspect('kept/app')).tags).toEqual(['latest']);
    await succeed('rm', '--force', 'kept/base');
    expect((await inspect('kept/app')).layers).toHaveLength(2);
    expect((await call('build', 'kept/app')).stderr).toContain('its parent "kept/base" does not exist');
    await importTar('base');
    expect(await succeed('build', 'kept/app')).toContain('skipped: unchanged');
    expect(await succeed('rm', 'kept/base', 'kept/app', '--json')).toBe(
      JSON.stringify(['kept/base', 'kept/app'], undefined, 2),
    );
    expect((await call('inspect', 'kept/app')).stderr).toContain('kubler build kept/app');
  });

  describe('are completed', () => {
    const bin = join(dir, 'bin');
    beforeAll(async () => {
      mkdirSync(bin);
      const script = `#!/bin/sh\nexec '${process.execPath}' '${repositoryDir}/bin/kubler.js' "$@"\n`;
      writeFileSync(join(bin, 'kubler'), script);
      chmodSync(join(bin, 'kubler'), 0o755);
      await importTar('completed');
    });
    const runShell = async (shell: string, script: string): Promise<readonly string[]> => {
      const { stdout } = await execa(shell, ['-c', script], {
        cwd: dir,
        env: { PATH: `${bin}:${process.env['PATH']}`, KUBLER_DATA_DIR: sharedDataDir() },
      });
      return stdout.split('\n').filter((line) => line !== '');
    };
    /** What bash offers for the last of these words. */
    const bash = (...words: readonly string[]) =>
      runShell(
        'bash',
        `source <(kubler completion bash); COMP_WORDS=(kubler "\${@}"); COMP_CWORD=$#
         ${words.length > 0 ? `set -- ${words.map((word) => `'${word}'`).join(' ')}` : ''}
         COMP_WORDS=(kubler "\${@}"); COMP_CWORD=$#; _kubler; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );

    it('in bash: verbs, flags, choices, and images of the project and built ones', async () => {
      expect(await bash('ins')).toEqual(['inspect']);
      expect(await bash('')).toEqual(expect.arrayContaining(['build', 'completion', 'import', 'rm']));
      expect(await bash('')).not.toContain('complete');
      expect(await bash('build', '--dry')).toEqual(['--dry-run']);
      expect(await bash('export', '--format', 'oci-')).toEqual(['oci-archive', 'oci-layout']);
      expect(await bash('inspect', 'kept/')).toEqual(['kept/app', 'kept/base']);
      expect(await bash('build', 'kept')).toEqual(['kept', 'kept/app', 'kept/base']);
      expect(await bash('rm', 'kept/app', 'kept/b')).toEqual(['kept/base']);
      expect(await bash('rm', 'kept/base', ':', 'la')).toEqual(['latest']);
      expect(await bash('run', 'kept/app', '--')).toEqual([]);
      const other = join(dir, 'other-data');
      expect(await bash('inspect', '--data-dir', other, 'kept/')).toEqual(['kept/app']);
      expect(await bash('rm', '--data-dir', other, 'kept/app', ':')).toEqual([]);
      expect(existsSync(other)).toBe(false);
      expect(await bash('new', 'na')).toEqual(['namespace']);
      expect(await bash('import', 'roo')).toEqual([]);
    });

    const isInstalled = (shell: string): boolean => spawnSync(shell, ['--version']).error === undefined;

    it.skipIf(!isInstalled('fish'))('in fish', async () => {
      const fish = (line: string) =>
        runShell('fish', `kubler completion fish | source; complete --do-complete '${line}'`);
      expect(await fish('kubler inspect kept/')).toEqual(['kept/app', 'kept/base']);
    });

    it.skipIf(!isInstalled('zsh'))('in zsh, by a script it can read', async () => {
      expect(await runShell('zsh', 'kubler completion zsh | zsh -n')).toEqual([]);
    });
  });
});
