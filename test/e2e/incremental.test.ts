import { readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

interface Reported {
  readonly image: string;
  readonly outcome: string;
  readonly reason: string;
  readonly imageId?: string;
}

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const images = 'namespaces/inc/images';

requires(
  'root',
  'runc',
  'debootstrap',
)('building again', () => {
  const dir = useTempDir();
  const edit = (files: Readonly<Record<string, string>>) => writeTree(join(dir, images), files);
  const build = async (...args: readonly string[]): Promise<readonly Reported[]> => {
    const { exitCode, stdout, stderr } = await kubler(['build', '--json', ...args], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout) as Reported[];
  };
  /** Image → what became of it and why. */
  const outcomes = async (...args: readonly string[]) =>
    Object.fromEntries(
      (await build(...args)).map(({ image, outcome, reason }) => [image, `${outcome}: ${reason}`]),
    );
  const imageId = (built: readonly Reported[], image: string) =>
    built.find((each) => each.image === image)?.imageId;

  const skipped = 'skipped: unchanged';
  const allSkipped = { 'inc/base': skipped, 'inc/child': skipped, 'inc/other': skipped };

  beforeAll(async () => {
    writeTree(dir, { 'kubler.config.yaml': '# a project\n' });
    edit({
      'base/build.conf': "BOB_COLOUR='red'\n",
      'base/build.sh': 'finish_rootfs_build() { echo "${BOB_COLOUR}" > "${_ROOTFS}/colour"; }\n',
      'base/motd': 'hello\n',
      'base/Dockerfile.template': `${dockerfile}COPY motd /etc/motd\n`,
      'child/build.conf': "IMAGE_PARENT='inc/base'\n",
      'child/build.sh': 'finish_rootfs_build() { cp "${_ROOTFS}/colour" "${_ROOTFS}/copy"; }\n',
      'child/Dockerfile.template': dockerfile,
      'other/build.sh': 'finish_rootfs_build() { od -N8 /dev/urandom > "${_ROOTFS}/random"; }\n',
      'other/Dockerfile.template': dockerfile,
    });
    await build();
  });

  it('skips what did not change and touches nothing', async () => {
    const state = () => ['images', 'store', 'steps', 'logs', 'snapshots', 'downloads'].map(stamps);
    const before = state();
    expect(await outcomes()).toEqual(allSkipped);
    expect(state()).toEqual(before);
  });

  it('does not mind other times of files', async () => {
    for (const file of ['build.sh', 'build.conf', 'motd']) utimesSync(join(dir, images, 'base', file), 1, 1);
    expect(await outcomes()).toEqual(allSkipped);
  });

  it.each([
    [
      'build.sh',
      'finish_rootfs_build() { echo "${BOB_COLOUR}!" > "${_ROOTFS}/colour"; }\n',
      'build.sh changed',
    ],
    ['Dockerfile.template', `${dockerfile}COPY motd /motd\n`, 'Dockerfile.template changed'],
    ['motd', 'good morning\n', 'motd changed'],
    ['build.conf', "BOB_COLOUR='blue'\n", 'build.conf changed, variables changed'],
    ['notes/new.txt', 'a new file\n', 'notes added, notes/new.txt added'],
  ])('builds an image and its children after a change of %s, and says so', async (file, content, reason) => {
    edit({ [`base/${file}`]: content });
    expect(await outcomes()).toEqual({
      ...allSkipped,
      'inc/base': `built: ${reason}`,
      'inc/child': 'built: parent inc/base changed',
    });
  });

  it('has what changed in the images', async () => {
    const { stdout } = await kubler(['export', 'inc/child', '--format', 'rootfs-tar', '-o', '-'], {
      cwd: dir,
    });
    expect(stdout).toContain('good morning\n');
    expect(stdout.match(/blue!\n/g)).toHaveLength(2);
  });

  it('leaves the parent alone when a child changed', async () => {
    edit({ 'child/README.md': 'about it\n' });
    expect(await outcomes()).toEqual({ ...allSkipped, 'inc/child': 'built: README.md added' });
  });

  it('builds the targets alone with --force, from their start', async () => {
    const before = imageId(await build(), 'inc/other');
    const [forced, ...rest] = await build('--force', 'inc/other');
    expect(forced).toMatchObject({ image: 'inc/other', outcome: 'built', reason: 'forced' });
    expect(rest).toEqual([]);
    expect(forced?.imageId).not.toBe(before);
    expect(await outcomes('--force', 'inc/child')).toEqual({
      'inc/base': skipped,
      'inc/child': 'built: forced',
    });
    expect(await outcomes()).toEqual(allSkipped);
  });

  it('gives the same images again when forced, where hooks do the same', async () => {
    const before = imageId(await build(), 'inc/child');
    expect(imageId(await build('--force-all', 'inc/child'), 'inc/child')).toBe(before);
  });

  it('builds the targets and their parents with --force-all', async () => {
    expect(await outcomes('--force-all', 'inc/child')).toEqual({
      'inc/base': 'built: forced',
      'inc/child': 'built: forced',
    });
  });

  it('builds a child again whose parent came out differently', async () => {
    edit({ 'child/build.conf': "IMAGE_PARENT='inc/other'\n", 'child/build.sh': '' });
    await build();
    await build('--force', 'inc/other');
    expect(await outcomes('inc/child')).toEqual({
      'inc/child': 'built: parent inc/other has other content',
      'inc/other': skipped,
    });
    edit({ 'child/build.conf': "IMAGE_PARENT='inc/base'\n" });
    await build();
  });

  it('forgets the tags that IMAGE_TAGS no longer names', async () => {
    const tags = (): readonly string[] => {
      const index = readFileSync(join(sharedDataDir(), 'store/index.json'), 'utf8');
      return [...index.matchAll(/"inc\/other:([^"]+)"/g)].map(([, tag = '']) => tag).sort();
    };
    edit({ 'other/build.conf': "IMAGE_TAGS='old kept'\n" });
    await build();
    expect(tags()).toEqual(['kept', 'old']);
    edit({ 'other/build.conf': "IMAGE_TAGS='kept new'\n" });
    await build();
    expect(tags()).toEqual(['kept', 'new']);
  });

  it('says what it would do with --dry-run, and does nothing', async () => {
    edit({ 'base/motd': 'good evening\n' });
    const run = await kubler(['build', '--dry-run'], { cwd: dir });
    expect(run.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['IMAGE', 'ACTION', 'WHY'],
      ['inc/base', 'build', 'motd changed'],
      ['inc/child', 'build', 'parent inc/base changed'],
      ['inc/other', 'skip', 'unchanged'],
    ]);
    expect(await build('--dry-run')).toMatchObject([
      { image: 'inc/base', action: 'build', reason: 'motd changed' },
      { image: 'inc/child', action: 'build' },
      { image: 'inc/other', action: 'skip' },
    ]);
  });

  it('leaves out of --dry-run what --exclude names, and asks back about what there is not', async () => {
    expect(await build('--dry-run', '-e', 'base')).toMatchObject([
      { image: 'inc/base', action: 'skip', reason: 'excluded' },
      { image: 'inc/child', action: 'build' },
      { image: 'inc/other', action: 'skip' },
    ]);
    const { exitCode, stderr } = await kubler(['build', '-e', 'inc/bases'], { cwd: dir });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('did you mean "inc/base"?');
  });

  it('leaves out what --exclude names, and builds its children on what is there', async () => {
    expect(await outcomes('-e', 'inc/base', '-e', 'inc/other', 'inc')).toEqual({
      'inc/base': 'skipped: excluded',
      'inc/child': 'built: parent inc/base changed',
      'inc/other': 'skipped: excluded',
    });
    expect(await outcomes()).toEqual({
      ...allSkipped,
      'inc/base': 'built: motd changed',
      'inc/child': 'built: parent inc/base is built again',
    });
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
)('building several images', () => {
  const dir = useTempDir();
  const side = 'namespaces/side/images';

  beforeAll(() => {
    writeTree(dir, { 'kubler.config.yaml': '# a project\n' });
    for (const name of ['a', 'b']) {
      writeTree(join(dir, side, name), {
        'build.sh': 'finish_rootfs_build() { echo one > "${_ROOTFS}/file"; }\n',
        'Dockerfile.template': dockerfile,
      });
    }
  });

  /** Plain lines about images, without the time they took. */
  const progress = async (jobs: string): Promise<readonly string[]> => {
    const { stderr } = await kubler(['build', '--force', '-j', jobs], { cwd: dir });
    return stderr.split('\n').filter((line) => /^side\//.test(line));
  };

  it('builds independent ones side by side, up to the limit', async () => {
    const alone = await progress('1');
    const firstDone = alone.findIndex((line) => line.startsWith('side/a: done'));
    expect(firstDone).toBeGreaterThan(0);
    expect(alone.findIndex((line) => line.startsWith('side/b:'))).toBeGreaterThan(firstDone);

    const together = await progress('2');
    const starts = ['side/a:', 'side/b:'].map((start) =>
      together.findIndex((line) => line.startsWith(start)),
    );
    const ends = ['side/a: done', 'side/b: done'].map((end) =>
      together.findIndex((line) => line.startsWith(end)),
    );
    expect(Math.min(...starts)).toBe(0);
    expect(Math.max(...starts)).toBeLessThan(Math.min(...ends));
  });

  it('reports failures in JSON too, beside what was built and what could not be', async () => {
    writeTree(join(dir, side), {
      'a/build.sh': 'finish_rootfs_build() {\n  echo too bad\n  false\n}\n',
      'child/build.conf': "IMAGE_PARENT='a'\n",
      'child/Dockerfile.template': dockerfile,
    });
    const { exitCode, stdout, stderr } = await kubler(['build', '--json'], { cwd: dir });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { image: 'side/a', outcome: 'failed', reason: 'build.sh changed' },
      { image: 'side/b', outcome: 'skipped' },
      { image: 'side/child', outcome: 'not built', reason: 'what it needs was not built' },
    ]);
    expect(stderr).toContain('error: cannot build side/a: finish_rootfs_build ended with status 1');
    expect(stderr).toContain('namespaces/side/images/a/build.sh:3');
    expect(stderr).toContain('  too bad\n');
    expect(stderr).toContain(join(sharedDataDir(), 'logs/side/a/finish_rootfs_build.log'));
  });

  it('describes every image in JSON', async () => {
    writeTree(join(dir, side), {
      'a/build.sh': '_packages="jq"\n',
      'a/build.conf': "INSTALL_MODE='extracted'\n",
    });
    const { stdout } = await kubler(['build', '--json'], { cwd: dir });
    const [a, , child] = JSON.parse(stdout) as Record<string, unknown>[];
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown;
    const number = expect.any(Number) as unknown;
    const version = expect.stringMatching(/^1\.6-/) as unknown;
    expect(a).toMatchObject({
      ...{ image: 'side/a', outcome: 'built', imageId: digest, manifest: digest, layers: 1, findings: [] },
      ...{ sizeBytes: number, compressedBytes: number, buildMs: number },
      packages: expect.arrayContaining([
        { name: 'jq', version, architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' },
      ]) as unknown,
      receipts: expect.arrayContaining([
        expect.objectContaining({ rule: 'docs', files: number, bytes: number }),
      ]) as unknown,
    });
    // It adds no file of its own, and so no layer.
    expect(child).toMatchObject({ image: 'side/child', outcome: 'built', layers: 1 });
  });
});

/** Modification times of everything in a folder of the data dir; not of what is in snapshots. */
function stamps(folder: string): readonly string[] {
  const dir = join(sharedDataDir(), folder);
  const names = readdirSync(dir, { recursive: folder !== 'snapshots' }) as string[];
  return names.sort().map((name) => `${name} ${statSync(join(dir, name)).mtimeMs}`);
}
