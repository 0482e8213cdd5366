import { createHash } from 'node:crypto';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { repositoryDir } from '../support/kubler.ts';
import { ordinaryUser } from '../support/ordinary-user.ts';
import { awaitNoProcess, descendants } from '../support/processes.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const rounds = Number(process.env['KUBLER_SOAK_ROUNDS']);
const seed = Number(process.env['KUBLER_SOAK_SEED'] ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
/** The number of the round is in the hook, so that every round has something to build, and the same comes out of it. */
const project = (round: number) => ({
  'kubler.config.yaml': 'default_builder: plain\n',
  'builders/plain/build.conf': "PACKAGE_MANAGER='apt'\nBUILDER_BASE='debootstrap:bookworm'\n",
  'namespaces/soak/images/base/build.sh': `_packages="busybox-static hello"
configure_rootfs_build() { : round ${round}; }
finish_rootfs_build() {
  mkdir -p "\${_ROOTFS}/srv/gone" && echo data > "\${_ROOTFS}/srv/gone/file"
  dd if=/dev/zero of="\${_ROOTFS}/srv/zeros" bs=1M count=20 status=none
}
`,
  'namespaces/soak/images/base/Dockerfile.template': dockerfile,
  'namespaces/soak/images/base/test.yaml':
    'commands:\n  - run: [/usr/bin/hello]\n    stdout: Hello, world!\n',
  'namespaces/soak/images/child/build.conf': "IMAGE_PARENT='soak/base'\nINSTALL_MODE='extracted'\n",
  'namespaces/soak/images/child/build.sh': `_packages="jq"\nfinish_rootfs_build() { rm -r "\${_ROOTFS}/srv/gone"; }\n`,
  'namespaces/soak/images/child/file': `round\n`,
  'namespaces/soak/images/child/Dockerfile.template': `${dockerfile}COPY file /srv/
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox echo made > /srv/made"]
`,
  'namespaces/soak/images/child/build-test.sh': '#!/bin/sh\nset -eu\njq --version\n[ -s /srv/made ]\n',
});

interface Call {
  readonly child: ChildProcess;
  readonly ended: Promise<{
    readonly exitCode: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}
type Digests = readonly { readonly image: string; readonly imageId: string; readonly manifest: string }[];

describe(`builds that are killed at any moment (seed ${seed})`, () => {
  const scratch = useTempDir();
  const cwd = join(scratch, 'project');
  const user = process.env['KUBLER_SOAK_USER'] === undefined ? undefined : ordinaryUser(scratch);
  const home = user?.home ?? scratch;
  const dataDir = join(home, 'data');
  let expected: Digests = [];
  let buildMs = 0;
  let baseMs = 0;

  function start(args: readonly string[], dir: string): Call {
    const command = (name: string) => [name, ...args, '--data-dir', dir] as const;
    const plain = command(join(repositoryDir, 'bin/kubler.js'));
    const [program, ...rest] = user ? user.argv(command('@kubler'), cwd) : plain;
    const child = spawn(program, rest, {
      cwd,
      env: { ...(user?.env ?? process.env), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, to be killed as one.
      detached: true,
    });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    const ended = once(child, 'close').then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      stdout: stdout(),
      stderr: stderr(),
    }));
    return { child, ended };
  }

  async function kubler(args: readonly string[], dir = dataDir): Promise<string> {
    const { exitCode, stdout, stderr } = await start(args, dir).ended;
    expect(exitCode, stderr).toBe(0);
    return stdout;
  }

  const build = async (dir = dataDir): Promise<Digests> => toDigests(await kubler(['build', '--json'], dir));

  beforeAll(async () => {
    writeTree(cwd, project(0));
    execFileSync('chmod', ['-R', 'a+rX', cwd]);
    const started = Date.now();
    expected = await build();
    baseMs = Date.now() - started;
    writeTree(cwd, project(-1));
    const again = Date.now();
    expect(await build()).toEqual(expected);
    buildMs = Date.now() - again;
  });

  it.each(Array.from({ length: rounds }, (_, at) => at + 1))('round %i', async (round) => {
    writeTree(cwd, project(round));
    const fresh = random() < 0.08;
    const dir = fresh ? join(home, `fresh-${round}`) : dataDir;
    if (fresh) prepare(dir);
    // RUN and COPY would be reused: what they do depends on no round.
    else rmSync(join(dir, 'image-layers'), { recursive: true });
    const victim = pick(['main', 'main', 'group', 'helper', 'any'] as const);
    const afterMs = Math.floor(random() * (fresh ? baseMs : buildMs));
    const atOnce = random() < 0.5;
    const { child, ended } = start(['build', '--json'], dir);
    await sleep(afterMs);
    const killed = kill(child, victim);
    const { exitCode, stderr } = await ended;
    const lastLine = stderr
      .trim()
      .split('\n')
      .findLast((line) => /^[a-z]/.test(line));
    process.stderr.write(
      `round ${round}: ${fresh ? 'fresh, ' : ''}${victim} after ${afterMs} ms, exit ${exitCode}, "${lastLine}"; ${killed}\n`,
    );
    // What is told of a killed helper is an error of the build or of its containers, never a bug.
    if (exitCode !== null && exitCode !== 0 && victim !== 'main' && victim !== 'group')
      expect([1, 3, 137], stderr).toContain(exitCode);
    if (!atOnce) expect(await awaitNoProcess(dir)).toEqual([]);
    const startedAt = Date.now();
    expect(await build(dir)).toEqual(expected);
    if (!fresh) buildMs = Math.round((buildMs + (Date.now() - startedAt)) / 2);
    expect(await awaitNoProcess(dir)).toEqual([]);
    expectClean(dir);
    if (fresh || random() < 0.2) await expectCleanable(dir);
    if (fresh) rmSync(dir, { recursive: true });
  });

  /** Only the bytes that would be downloaded once more. */
  function prepare(dir: string): void {
    mkdirSync(dir, { mode: 0o700 });
    for (const part of ['indexes', 'downloads'])
      execFileSync('cp', ['-al', join(dataDir, part), join(dir, part)]);
    if (user) execFileSync('chown', ['--reference', dataDir, dir]);
  }

  /** Nothing of a build that is over is left but what it made. */
  function expectClean(dir: string): void {
    const names = (folder: string) => (existsSync(join(dir, folder)) ? readdirSync(join(dir, folder)) : []);
    expect({ tmp: names('tmp'), locks: names('locks') }).toEqual({ tmp: [], locks: [] });
    // Not below: the links of a root may lead anywhere.
    const odd = ['.', 'downloads', 'indexes', 'steps', 'store']
      .flatMap(names)
      .filter((name) => /\.(lock|owner|part)($|\.)/.test(name));
    expect(odd).toEqual([]);
    // A removed one stays as long as others stand on it.
    for (const name of names('snapshots'))
      expect(names(join('snapshots', name))).toContainEqual(
        expect.stringMatching(/^(snapshot|removed)\.json$/),
      );
    for (const name of names('store/blobs/sha256'))
      expect(sha256(join(dir, 'store/blobs/sha256', name))).toBe(name);
  }

  /** Cleaning leaves what is built, and nothing to clean. */
  async function expectCleanable(dir: string): Promise<void> {
    await kubler(['clean'], dir);
    const left = JSON.parse(await kubler(['clean', '--dry-run', '--json'], dir)) as { count: number }[];
    expect(left.filter(({ count }) => count > 0)).toEqual([]);
    expect(await build(dir)).toEqual(expected);
    await kubler(['test'], dir);
  }
});

/** @returns what was killed */
function kill(child: ChildProcess, victim: 'main' | 'group' | 'helper' | 'any'): string {
  const pid = child.pid!;
  const below = descendants(pid).filter(({ line }) => line !== '');
  const helpers = below.filter(({ line }) => line.startsWith('unshare --mount'));
  const candidates = victim === 'helper' ? helpers : victim === 'any' ? below : [];
  const chosen =
    candidates.length > 0 ? pick(candidates) : { pid: victim === 'group' ? -pid : pid, line: 'kubler' };
  try {
    process.kill(chosen.pid, 'SIGKILL');
  } catch {
    return 'it had ended';
  }
  return chosen.line.slice(0, 60);
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

const toDigests = (json: string): Digests =>
  (JSON.parse(json) as Digests).map(({ image, imageId, manifest }) => ({ image, imageId, manifest }));

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Numbers from 0 to 1 that a seed repeats. */
function randomNumbers(of: number): () => number {
  let count = 0;
  return () =>
    createHash('sha256')
      .update(`${of} ${(count += 1)}`)
      .digest()
      .readUInt32BE() /
    2 ** 32;
}
