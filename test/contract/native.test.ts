import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createNativeEngine } from '../../src/adapters/native/index.ts';
import { readIdMap } from '../../src/adapters/system/id-map.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import { openTempDir, removeStaleTempDirs } from '../../src/adapters/system/temp-dir.ts';
import type { RunSpec } from '../../src/ports/engine.ts';
import { compileSource } from '../support/compile-source.ts';
import { makeLayerBlob } from '../support/make-layer-blob.ts';
import { requires } from '../support/requires.ts';
import { writeTinyRoot } from '../support/tiny-root.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { describeContainersContract } from './containers.contract.ts';
import { describeEngineContract } from './engine.contract.ts';

const host = requires('root', 'runc', 'setcap', 'slirp4netns');

const { isNamespace: inUserNamespace } = await readIdMap();
const openEngine = (dataDir: string, signal = new AbortController().signal) =>
  createNativeEngine({
    dataDir,
    openTempDir: () => openTempDir(dataDir),
    processDir: join(dataDir, 'process'),
    which: (command) => createProcessRunner({ signal }).which(command),
    signal,
    inUserNamespace,
    uid: process.getuid?.() ?? 0,
  });

/** Exit status of a process whose output may be left unread; null for a signal. */
const ended = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
};

/** What an engine leaves behind where it should not. */
const leftovers = (dataDir: string) => ({
  mounts: readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(dataDir)),
  // Those of other tests come and go meanwhile, which is nothing to find(1).
  cgroups: spawnSync('find', ['/sys/fs/cgroup', '-name', 'kubler-*'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((name) => /kubler-[0-9a-z]+$/.test(name)),
  processes: processes().filter((commandLine) => commandLine.includes(dataDir)),
});
const nothing = { mounts: [], cgroups: [], processes: [] };

/** Command lines of all processes but those of this test itself. */
const processes = (): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && Number(name) !== process.ppid)
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()];
      } catch {
        return [];
      }
    });

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (condition()) return;
    await sleep(50);
  }
  throw new Error('it did not happen in ten seconds');
}

const setUp = (dir: string) => {
  const dataDir = join(dir, 'data');
  return {
    engine: openEngine(dataDir),
    open: (signal: AbortSignal) => openEngine(dataDir, signal),
    mounts: 'for a command' as const,
    close: () => {
      expect(leftovers(dataDir)).toEqual(nothing);
      expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    },
  };
};

host('the native engine', () => describeEngineContract('native', setUp));

requires(
  'root',
  'runc',
  'slirp4netns',
  'busybox',
)('containers of the native engine', () => describeContainersContract('native', setUp));

host('a process of the native engine', () => {
  const dir = useTempDir();
  const dataDir = join(dir, 'data');
  const base = '2'.repeat(64);
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    compileSource(join(dir, 'code'));
    writeTinyRoot(join(dir, 'base.tar'));
    const source = { kind: 'tarball', hostFile: join(dir, 'base.tar') } as const;
    await openEngine(dataDir).bootstrap({ id: base, log: () => undefined, source });
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  // Root of a user namespace cannot make the node to begin with.
  it.skipIf(inUserNamespace)('cannot use a device node, wherever it comes from', async () => {
    const [id, tar] = ['d'.repeat(64), join(dir, 'devices.tar')];
    copyFileSync(join(dir, 'base.tar'), tar);
    execFileSync('mknod', [join(dir, 'zero'), 'c', '1', '5']);
    execFileSync('tar', ['--append', `--file=${tar}`, `--directory=${dir}`, 'zero']);
    const engine = openEngine(join(dir, 'devices'));
    const source = { kind: 'tarball', hostFile: tar } as const;
    await engine.bootstrap({ id, log: () => undefined, source });
    await using session = await engine.open({ builder: id, target: id, inputs: [], env: {} });
    const read = async (root: 'builder' | 'target', path: string) => {
      const argv = ['sh', '-c', `test -c ${path} && head -c 1 ${path}`] as const;
      const log: string[] = [];
      await session.exec({ root, argv, env: {}, log: (line) => log.push(line) });
      return log.join();
    };
    for (const root of ['builder', 'target'] as const)
      expect(await read(root, '/zero')).toContain('Permission denied');
    expect(await read('target', '/dev/zero')).toBe('\0');
  });

  // What is mounted in a user namespace is not seen here.
  it.skipIf(inUserNamespace)('tells that the disk is full where a command does not', async () => {
    const full = join(dir, 'full');
    mkdirSync(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'none', full]);
    try {
      const engine = openEngine(full);
      const source = { kind: 'tarball', hostFile: join(dir, 'base.tar') } as const;
      await engine.bootstrap({ id: base, log: () => undefined, source });
      await using session = await engine.open({ builder: base, target: base, inputs: [], env: {} });
      const run = async (command: string) => {
        const log: string[] = [];
        const argv = ['sh', '-c', command] as const;
        const { exitCode } = await session.exec({ root: 'target', argv, log: (line) => log.push(line) });
        return { exitCode, log };
      };
      expect(await run('exit 7')).toEqual({ exitCode: 7, log: [] });
      expect(await run('head -c 100000000 /dev/zero > /zeros 2> /dev/null')).toEqual({
        exitCode: 1,
        log: ['(no space left on device)'],
      });
    } finally {
      execFileSync('umount', [full]);
    }
  });

  /** A program that runs `code` with `engine` and `spec` in scope. */
  function writeMain(code: string, spec: unknown): string {
    const file = join(dir, 'code/main.js');
    writeFileSync(
      file,
      `import { createNativeEngine } from './src/adapters/native/index.js';
       import { openTempDir } from './src/adapters/system/temp-dir.js';
       const dataDir = process.argv[2];
       const interrupt = new AbortController();
       for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interrupt.abort(signal));
       const engine = createNativeEngine({ dataDir, openTempDir: () => openTempDir(dataDir),
         processDir: dataDir + '/process', which: async (command) => command, signal: interrupt.signal,
         inUserNamespace: ${inUserNamespace}, uid: 0 });
       const spec = ${JSON.stringify(spec)};
       ${code}`,
    );
    return file;
  }

  function start(code: string, spec: unknown): ChildProcess {
    const child = spawn(process.execPath, [writeMain(code, spec), dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    return child;
  }

  it.each([
    [
      'a command runs',
      `await session.exec({ root: 'builder', argv: ['sh', '-c', 'sleep 7777 & sleep 7777'], log: console.log })`,
    ],
    ['a session is idle', `console.log('idle'); setInterval(() => undefined, 1000)`],
  ])('killed while %s leaves only a stale temporary folder', async (when, code) => {
    const open = `const session = await engine.open({ builder: spec, target: spec, inputs: [], env: {} });`;
    const child = start(`${open}${code}`, base);
    if (when === 'a session is idle') await once(child.stdout!, 'data');
    else await until(() => processes().filter((line) => line === 'sleep 7777').length === 2);
    expect(leftovers(dataDir).mounts).toEqual([]);
    child.kill('SIGKILL');
    await ended(child);
    await until(() => processes().every((line) => line !== 'sleep 7777' && !line.includes(dataDir)));
    expect(leftovers(dataDir)).toEqual(nothing);
    expect(readdirSync(join(dataDir, 'tmp'))).toHaveLength(1);
    await removeStaleTempDirs(dataDir);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    expect(await openEngine(dataDir).holdSnapshots()).toEqual([base]);
  });

  const makeLayer = (script: string) => makeLayerBlob(dir, script);
  const image = (argv: readonly string[], extra: Partial<RunSpec> = {}): RunSpec => ({
    layers: [makeLayer(`tar xf ${dir}/base.tar`)],
    argv,
    env: ['PATH=/bin', 'GREETING=hello world'],
    cwd: '/tmp',
    uid: 0,
    gid: 0,
    additionalGids: [],
    hostname: 'demo',
    mounts: [],
    ports: [],
    readOnly: false,
    capabilities: 'default',
    network: 'host',
    interactive: true,
    tty: false,
    ...extra,
  });
  const run = (spec: RunSpec) =>
    start('process.exitCode = await engine.run(spec); process.stdin.destroy();', spec);

  it('runs an image with its streams, environment, folder and exit status', async () => {
    const child = run(image(['sh', '-c', 'cat; echo "$GREETING"; pwd; hostname; exit 42']));
    child.stdin!.end('from stdin\n');
    expect(await text(child.stdout!)).toBe('from stdin\nhello world\n/tmp\ndemo\n');
    expect(await ended(child)).toBe(42);
    expect(leftovers(dataDir)).toEqual(nothing);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
  });

  it('runs an image as its user, without capabilities', async () => {
    const child = run(
      image(['sh', '-ec', 'id -u; id -g; id -G; test -r /etc/resolv.conf; grep CapEff /proc/self/status'], {
        uid: 1000,
        gid: 2000,
        additionalGids: [27],
      }),
    );
    child.stdin!.end();
    expect(await text(child.stdout!)).toBe('1000\n2000\n2000 27\nCapEff:\t0000000000000000\n');
  });

  it('puts layers on top of one another, whiteouts and hidden folders too', async () => {
    const child = run(
      image(['sh', '-c', 'cd /; ls d o; cat d/kept; stat -c "%a %h" suid; ls /etc'], {
        layers: [
          makeLayer(
            `tar xf ${dir}/base.tar; mkdir d o; echo 1 > d/kept; echo 1 > d/gone; echo 1 > o/old; touch suid`,
          ),
          makeLayer(
            'mkdir d o; echo 2 > d/.wh.gone; touch o/.wh..wh..opq; echo 2 > o/new; echo > suid; chmod 4755 suid; ln suid suid2; mkdir etc; touch etc/.wh.passwd',
          ),
        ],
      }),
    );
    child.stdin!.end();
    expect(await text(child.stdout!)).toBe('d:\nkept\n\no:\nnew\n1\n4755 2\nhosts\nresolv.conf\n');
  });

  it('refuses a layer whose bytes are not those of the image', async () => {
    const layer = makeLayer('echo x > file');
    copyFileSync(makeLayer('echo y > file').blobFile, layer.blobFile);
    const failed = openEngine(dataDir).run(image(['true'], { layers: [layer] }));
    await expect(failed).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });

  it('refuses a command that is not there', async () => {
    await expect(openEngine(dataDir).run(image(['missing']))).rejects.toMatchObject({
      code: 'PROGRAM_NOT_FOUND',
    });
  });

  it('passes signals on to the image', async () => {
    const child = run(
      image(['sh', '-c', 'trap "echo term; exit 9" TERM; echo ready; while :; do sleep 0.05; done']),
    );
    await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await text(child.stdout!)).toBe('term\n');
    expect(await ended(child)).toBe(9);
  });

  it('ends an image that ignores signals at the third', async () => {
    // As the first process of its namespace, sleep gets no signal it has no handler for.
    const child = run(image(['sleep', '7778']));
    await until(() => processes().includes('sleep 7778'));
    for (let count = 0; count < 3; count += 1) {
      child.kill('SIGINT');
      await sleep(100);
    }
    expect(await ended(child)).toBe(137);
    expect(leftovers(dataDir)).toEqual(nothing);
  });

  it.each(['host', 'published'] as const)(
    'takes an image in network %s down when killed',
    async (network) => {
      const child = run(image(['sh', '-c', 'echo ready; exec sleep 7779'], { network }));
      await once(child.stdout!, 'data');
      child.kill('SIGKILL');
      await ended(child);
      await until(() => processes().every((line) => line !== 'sleep 7779' && !line.includes(dataDir)));
      expect(leftovers(dataDir)).toEqual(nothing);
      await removeStaleTempDirs(dataDir);
    },
  );

  it('gives an image the terminal of its caller', async () => {
    const script = 'test -t 0 && test -t 1 && test -t 2 && read -r line && echo "$line $TERM"; exit 3';
    const main = writeMain(
      'process.exit(await engine.run(spec));',
      image(['sh', '-c', script], { tty: true }),
    );
    const command = `${process.execPath} ${main} ${dataDir}; echo status $?`;
    const terminal = spawn('script', ['--quiet', '--echo', 'never', '--command', command, '/dev/null']);
    children.push(terminal);
    // Its end would be a Ctrl-D at the terminal.
    terminal.stdin.write('typed\n');
    expect(await text(terminal.stdout)).toBe('typed\r\ntyped xterm\r\nstatus 3\r\n');
  });
});
