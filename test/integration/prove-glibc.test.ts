import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { hostTree } from '../support/host-tree.ts';
import { makeElf } from '../support/make-elf.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

/** A program that needs libfirst, which needs libsecond. */
interface Tree {
  /** Folders of libfirst and libsecond. */
  readonly folders?: readonly [string, string];
  /** Linker flags of the program and of libfirst. */
  readonly flags?: readonly [string, string];
  /** Text of `/etc/ld.so.conf`. */
  readonly conf?: string;
  /** What is done to it in the end. */
  readonly change?: (root: string, build: Build) => void;
}
interface Build {
  readonly own: string;
  readonly compile: (source: string, ...args: readonly string[]) => void;
  readonly second: (out: string, versions?: string) => void;
}

const none = '-Wl,--as-needed';
const runpath = (path: string): string => `-Wl,--enable-new-dtags,-rpath,${path}`;
const rpath = (path: string): string => `-Wl,--disable-new-dtags,-rpath,${path}`;
const own = execFileSync('sh', ['-c', 'gcc -print-multiarch 2>/dev/null || true']).toString().trim();
const platform = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
const ownFolder = `usr/lib/${own}`;
const otherKind = makeElf({ class: 32, machine: 3 });
const source = 'int second(void) { return 7; } int extra(void) { return 0; }';

const trees: Readonly<Record<string, Tree>> = {
  'the default folders': { folders: [ownFolder, 'usr/lib'] },
  'another folder': { folders: [ownFolder, 'srv'] },
  'a folder of ld.so.conf': { folders: ['srv', 'opt'], conf: '/srv\n/opt # both\n' },
  'a RUNPATH, which is not handed down': { folders: ['srv', 'srv'], flags: [runpath('/srv'), none] },
  'an RPATH, which is handed down': { folders: ['srv', 'srv'], flags: [rpath('/srv'), none] },
  'an RPATH, which is not, to what has a RUNPATH': {
    folders: ['srv', 'srv'],
    flags: [rpath('/srv'), runpath('/none')],
  },
  'a RUNPATH of both': { folders: ['srv', 'opt'], flags: [runpath('/srv'), runpath('/opt')] },
  'what the program has loaded before': {
    folders: ['srv', 'srv'],
    flags: ['-Wl,--no-as-needed,-rpath,/srv,-lsecond', none],
  },
  $ORIGIN: { folders: [ownFolder, `${ownFolder}/private`], flags: [none, runpath('$ORIGIN/private')] },
  'a longer name than $ORIGIN': { folders: [ownFolder, 'srv'], flags: [none, runpath('/$ORIGINs:/srv')] },
  $LIB: { folders: [ownFolder, `srv/lib/${own}`], flags: [none, runpath('/srv/$LIB')] },
  '$LIB, called otherwise': { folders: [ownFolder, 'srv/lib64'], flags: [none, runpath('/srv/$LIB')] },
  $PLATFORM: { folders: [ownFolder, `srv/${platform}/x`], flags: [none, runpath('/srv/${PLATFORM}/x')] },
  'libraries for better processors': {
    folders: [ownFolder, `${ownFolder}/glibc-hwcaps/${process.arch === 'x64' ? 'x86-64-v2' : '.'}`],
  },
  'a library that is gone': { change: (root) => rmSync(join(root, ownFolder, 'libsecond.so.1')) },
  'a library of another class': {
    change: (root) => writeFileSync(join(root, ownFolder, 'libsecond.so.1'), otherKind),
  },
  'a library of another class before the right one': {
    flags: [none, runpath('/srv')],
    change: (root) => writeFileSync(join(root, 'srv/libsecond.so.1'), otherKind),
  },
  'a library that is cut off': {
    change: (root) => writeFileSync(join(root, ownFolder, 'libsecond.so.1'), '\x7fELF'),
  },
  'an older library': {
    change: (root, { second }) => second(join(root, ownFolder, 'libsecond.so.1'), 'V_1 { second; };'),
  },
  'an older library in the way': {
    flags: [none, runpath('/srv')],
    change: (root, { second }) => second(join(root, 'srv/libsecond.so.1'), 'V_1 { second; };'),
  },
  'a library that defines no versions': {
    change: (root, { compile }) =>
      compile(
        source,
        '-shared',
        '-fPIC',
        '-Wl,-soname,libsecond.so.1',
        '-o',
        join(root, ownFolder, 'libsecond.so.1'),
      ),
  },
  'a library without anything about versions': {
    change: (root, { second }) => second(join(root, ownFolder, 'libsecond.so.1')),
  },
  'a version that is weak': {
    change: (root, { compile, second }) => {
      const first =
        'int second(void); int extra(void) __attribute__((weak)); int first(void) { return second() + (extra ? 0 : 1) - (extra ? 0 : 1); }';
      const path = join(root, ownFolder, 'libfirst.so.1');
      compile(first, '-shared', '-fPIC', '-o', path, join(root, ownFolder, 'libsecond.so.1'));
      second(join(root, ownFolder, 'libsecond.so.1'), 'V_1 { second; };');
    },
  },
  'an older C library': {
    change: (root, { compile }) => {
      const [map, libc] = [join(root, 'map'), join(root, 'srv/libc.so.6')];
      writeFileSync(map, 'GLIBC_2.999 { global: young; };');
      compile('int young(void) { return 7; }', ...shared('libc.so.6', libc), `-Wl,--version-script=${map}`);
      const program = 'int young(void); void _start(void) { young(); }';
      compile(program, '-nostdlib', '-o', join(root, 'bin/program'), libc);
    },
  },
  'a loader that is not there': {
    flags: ['-Wl,--dynamic-linker=/lib64/ld-none.so.2', none],
  },
};

const shared = (soname: string, out: string): readonly string[] => [
  ...['-shared', '-fPIC', '-nostdlib', `-Wl,-soname,${soname}`, '-o', out],
];

// What prove says is what the real loader does.
requires(
  'root',
  'gcc',
  'readelf',
  'ldconfig',
)('prove and the loader of glibc', () => {
  const dir = useTempDir();
  const link = join(dir, 'link');
  const compile: Build['compile'] = (text, ...args) => {
    execFileSync('gcc', ['-x', 'c', '-', '-x', 'none', ...args], { input: text, stdio: 'pipe' });
  };
  /** Libsecond; `versions` as `V_1 { second; }; V_2 { extra; };`. */
  const second: Build['second'] = (out, versions) => {
    const map = join(dir, 'map');
    writeFileSync(map, versions ?? '');
    const script = versions === undefined ? [] : [`-Wl,--version-script=${map}`];
    compile(source, ...shared('libsecond.so.1', out), ...script);
  };
  beforeAll(() => mkdirSync(link));

  const makeTree = ({
    folders = [ownFolder, ownFolder],
    flags = [none, none],
    conf,
    change,
  }: Tree): string => {
    const root = join(dir, 'root');
    rmSync(root, { recursive: true, force: true });
    for (const folder of ['bin', 'etc', 'lib64', 'srv', `lib/${own}`, ownFolder, ...folders])
      mkdirSync(join(root, folder), { recursive: true });
    const [one, two] = [join(link, 'libfirst.so.1'), join(link, 'libsecond.so.1')];
    second(two, 'V_1 { second; }; V_2 { extra; };');
    copyFileSync(two, join(link, 'libsecond.so'));
    const first = 'int second(void); int extra(void); int first(void) { return second() + extra(); }';
    compile(first, ...shared('libfirst.so.1', one), flags[1], two);
    const program = 'int first(void); int main(void) { return first(); }';
    const paths = ['-Wl,-rpath-link', link, '-L', link];
    compile(program, ...paths, '-o', join(root, 'bin/program'), one, flags[0]);
    copyFileSync(one, join(root, folders[0], 'libfirst.so.1'));
    copyFileSync(two, join(root, folders[1], 'libsecond.so.1'));
    putGlibc(root);
    if (conf !== undefined) writeFileSync(join(root, 'etc/ld.so.conf'), conf);
    if (conf !== undefined) execFileSync('ldconfig', ['-r', root], { stdio: 'pipe' });
    change?.(root, { own, compile, second });
    return root;
  };

  const putGlibc = (root: string): void => {
    const loader = interpreterOf('/bin/sh');
    mkdirSync(join(root, dirname(loader)), { recursive: true });
    copyFileSync(realpathSync(loader), join(root, loader));
    copyFileSync(`/lib/${own}/libc.so.6`, join(root, `lib/${own}/libc.so.6`));
  };

  it.each(Object.entries(trees))('agree on %s', async (_what, tree) => {
    const root = makeTree(tree);
    const { status, stderr } = spawnSync('chroot', [root, '/bin/program'], {
      env: { PATH: '/usr/sbin:/usr/bin' },
      encoding: 'utf8',
    });
    expect([7, 1, 127], stderr).toContain(status);
    const rootfs = hostTree(['bin', 'etc', 'lib', 'lib64', 'opt', 'srv', 'usr'], root);
    const findings = prove({ tree: rootfs, facts: await collectFacts(rootfs), config: {} });
    expect(findings.length === 0, `${stderr}${JSON.stringify(findings)}`).toBe(status === 7);
  });
});

const interpreterOf = (file: string): string =>
  /interpreter: (.*)\]/.exec(execFileSync('readelf', ['-lW', file]).toString())?.[1] ?? '';
