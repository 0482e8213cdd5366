import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { kubler, repositoryDir, startKubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';
import { sharedDataDir } from '../support/shared-data-dir.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
/** A number that no other command line on this machine has. */
const nap = 98_761;

const hook = (first: string): string =>
  `finish_rootfs_build() {\n  ${first}\n  echo made > "\${_ROOTFS}/made"\n}\n`;

const project = {
  'kubler.config.yaml': 'default_builder: bare\n',
  'builders/bare/build.conf': "BUILDER_BASE='debootstrap:bookworm'\n",
  'namespaces/stop/images/hook/build.sh': hook(':'),
  'namespaces/stop/images/hook/Dockerfile.template': template,
  'namespaces/stop/images/apt/build.sh': '_packages="dbus"\n',
  'namespaces/stop/images/apt/Dockerfile.template': template,
  'namespaces/stop/images/whole/build.conf': "CARVE='whole'\n",
  'namespaces/stop/images/whole/Dockerfile.template': template,
};

requires(
  'root',
  'runc',
  'debootstrap',
)('a build that is stopped', () => {
  const scratch = useTempDir();
  const cwd = join(scratch, 'project');
  const dataDir = join(scratch, 'data');
  /** Image → image ID of a build that nothing disturbed. */
  let undisturbed: ReadonlyMap<string, string> = new Map();
  let mounts: readonly string[] = [];

  beforeAll(async () => {
    writeTree(cwd, project);
    undisturbed = imageIds((await build(['--force-all'], sharedDataDir())).stdout);
    mkdirSync(dataDir);
    // The bytes that would only be downloaded once more; everything else is made here.
    for (const part of ['indexes', 'downloads'])
      execFileSync('cp', ['-al', join(sharedDataDir(), part), join(dataDir, part)]);
  });
  beforeEach(() => {
    mounts = readMounts(scratch);
  });
  afterEach(() => {
    expect(readMounts(scratch)).toEqual(mounts);
    expect(processesWith(dataDir, String(nap))).toEqual([]);
  });

  async function build(targets: readonly string[], dir = dataDir) {
    const result = await kubler(['build', '--json', ...targets], { cwd, dataDir: dir });
    expect(result.exitCode, result.stderr).toBe(0);
    return result;
  }

  /** Starts a build and stops it, after a line of progress, when the time has come; resolves with how it ended. */
  async function stop(
    target: string,
    line: string,
    time: () => Promise<unknown>,
    signal: 'SIGINT' | 'SIGKILL',
    dir = dataDir,
  ) {
    const running = startKubler(['build', target], { cwd, dataDir: dir });
    let told = '';
    const reached = new Promise<void>((resolve, reject) => {
      running.stderr.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes(line)) resolve();
      });
      void running.then(() => reject(new Error(`it ended before "${line}":\n${told}`)));
    });
    await reached;
    await time();
    const stoppedAt = Date.now();
    running.kill(signal);
    const { exitCode, stderr } = await running;
    await gone();
    return { exitCode, lastLine: stderr.split('\n').at(-1), seconds: (Date.now() - stoppedAt) / 1000 };
  }

  /** Waits, five seconds at most, until the kernel has taken down what a killed process leaves. */
  async function gone(): Promise<void> {
    for (let count = 0; count < 50 && processesWith(dataDir, String(nap)).length > 0; count++)
      await sleep(100);
  }

  const tempDirs = (): readonly string[] => readdirSync(join(dataDir, 'tmp'));
  const snapshots = (): readonly string[] => {
    const dir = join(dataDir, 'snapshots');
    return existsSync(dir) ? readdirSync(dir) : [];
  };

  function expectInterrupted(ended: Awaited<ReturnType<typeof stop>>): void {
    expect(ended).toEqual({
      exitCode: 130,
      lastLine: 'error: cannot build: interrupted',
      seconds: expect.any(Number) as number,
    });
    expect(ended.seconds).toBeLessThan(10);
    expect(tempDirs()).toEqual([]);
    for (const name of snapshots())
      expect(readdirSync(join(dataDir, 'snapshots', name))).toContain('snapshot.json');
  }

  it('while the package index is fetched leaves none, nor a part of one', async () => {
    const empty = join(scratch, 'empty');
    const ended = await stop('stop/hook', 'package index bookworm: fetch', () => sleep(100), 'SIGINT', empty);
    expect(ended.exitCode).toBe(130);
    expect(ended.lastLine).toMatch(/^error: cannot .*: interrupted$/);
    expect(ended.seconds).toBeLessThan(10);
    for (const folder of ['tmp', 'indexes', 'downloads']) {
      const dir = join(empty, folder);
      expect(existsSync(dir) ? readdirSync(dir) : []).toEqual([]);
    }
  });

  it('while debootstrap runs keeps no snapshot', async () => {
    expectInterrupted(await stop('stop/hook', 'builder bare: debootstrap', () => sleep(3000), 'SIGINT'));
    expect(snapshots()).toEqual([]);
  });

  it('by SIGKILL while debootstrap runs leaves a folder only, which the next build removes', async () => {
    await stop('stop/hook', 'builder bare: debootstrap', () => sleep(3000), 'SIGKILL');
    const left = tempDirs();
    expect(left).not.toEqual([]);
    expect(snapshots()).toEqual([]);
    await kubler(['build', '--dry-run'], { cwd, dataDir });
    expect(tempDirs()).toEqual([]);
  });

  it('is no harm to two builds of the same at once, from the base up', async () => {
    const both = await Promise.all([build(['stop/hook']), build(['stop/hook'])]);
    const id = undisturbed.get('stop/hook');
    expect(both.map(({ stdout }) => imageIds(stdout).get('stop/hook'))).toEqual([id, id]);
    expect(tempDirs()).toEqual([]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('by %s in a hook', async (signal) => {
    writeTree(cwd, { 'namespaces/stop/images/hook/build.sh': hook(`sleep ${nap} & sleep ${nap}`) });
    const before = snapshots();
    const ended = await stop('stop/hook', 'finish_rootfs_build', () => sleep(500), signal);
    if (signal === 'SIGINT') expectInterrupted(ended);
    expect(snapshots()).toEqual(before);
    writeTree(cwd, { 'namespaces/stop/images/hook/build.sh': hook('true') });
    const { stdout } = await build(['stop/hook']);
    expect(imageIds(stdout)).toEqual(new Map([['stop/hook', undisturbed.get('stop/hook')]]));
  });

  it('by Ctrl-C at a terminal ends as it does elsewhere, the cursor visible', async () => {
    writeTree(cwd, { 'namespaces/stop/images/hook/build.sh': hook(`sleep ${nap}; :`) });
    const command = `stty rows 24 columns 100; ${process.execPath} ${join(repositoryDir, 'bin/kubler.js')} build stop/hook`;
    const env = { KUBLER_DATA_DIR: dataDir, NO_COLOR: '1' };
    const terminal = execa('script', ['-qefc', command, '/dev/null'], {
      cwd,
      env,
      reject: false,
      timeout: 60_000,
    });
    await new Promise<void>((resolve) => {
      terminal.stdout.on('data', (chunk: Buffer) => {
        if (chunk.includes('finish_rootfs_build')) resolve();
      });
      void terminal.then(() => resolve());
    });
    terminal.stdin.write('\u0003');
    const { exitCode, stdout } = await terminal;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/error: cannot build: interrupted\s+\u001b\[\?25h$/);
    expect(tempDirs()).toEqual([]);
    await gone();
    writeTree(cwd, { 'namespaces/stop/images/hook/build.sh': hook('true') });
  });

  const isBuilt = async (image: string): Promise<boolean> =>
    imageIds((await kubler(['list', '--json'], { cwd, dataDir })).stdout).has(image);

  it.each(['SIGINT', 'SIGKILL'] as const)('by %s while packages are installed', async (signal) => {
    // dpkg itself waits, however fast the machine is.
    const slow = `echo 'pre-invoke="sleep ${nap}"' > "\${_ROOTFS}/etc/dpkg/dpkg.cfg.d/slow"`;
    const build = `_packages="dbus"\nconfigure_rootfs_build() {\n  ${slow}\n}\n`;
    writeTree(cwd, { 'namespaces/stop/images/apt/build.sh': build });
    const ended = await stop('stop/apt', 'stop/apt: install', installing, signal);
    if (signal === 'SIGINT') expectInterrupted(ended);
    expect(await isBuilt('stop/apt')).toBe(false);
    writeTree(cwd, { 'namespaces/stop/images/apt/build.sh': project['namespaces/stop/images/apt/build.sh'] });
  });

  /** Waits, a minute at most, until dpkg does. */
  async function installing(): Promise<void> {
    for (let count = 0; count < 600 && processesWith(String(nap)).length === 0; count++) await sleep(100);
  }

  it.each([
    ['stop/whole: spool', 'SIGINT'],
    ['stop/whole: layer', 'SIGINT'],
    ['stop/whole: layer', 'SIGKILL'],
  ] as const)('after "%s", by %s', async (line, signal) => {
    const ended = await stop('stop/whole', line, () => sleep(0), signal);
    if (signal === 'SIGINT') expectInterrupted(ended);
    expect(await isBuilt('stop/whole')).toBe(false);
  });

  it('is made up for by the next build, which leaves no blob that is not whole', async () => {
    const { stdout } = await build([]);
    expect(imageIds(stdout)).toEqual(undisturbed);
    expect(tempDirs()).toEqual([]);
    const blobs = join(dataDir, 'store/blobs/sha256');
    for (const name of readdirSync(blobs)) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(blobs, name)))
          .digest('hex'),
      ).toBe(name);
    }
  });
});

const imageIds = (json: string): ReadonlyMap<string, string> =>
  new Map(
    (JSON.parse(json) as { image: string; imageId?: string }[]).flatMap(({ image, imageId }) =>
      imageId === undefined ? [] : [[image, imageId]],
    ),
  );

/** Mounts of this machine, without those that others may make meanwhile. */
const readMounts = (dir: string): readonly string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(dir) || line.includes('cgroup'));

/** Command lines of running processes that hold one of these texts. */
function processesWith(...texts: readonly string[]): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return texts.some((each) => line.includes(each)) ? [line] : [];
    } catch {
      return [];
    }
  });
}
