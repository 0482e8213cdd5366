import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { readSpool } from '../../src/stages/rootfs/index.ts';
import { apkArchitecture } from '../support/make-apk.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const loader = `ld-musl-${apkArchitecture}.so.1`;

interface Tree {
  /** Folder of the library that the program needs, and of the one that this needs. */
  readonly folders: readonly [string, string];
  /** Linker flags of the program and of the library. */
  readonly flags: readonly [string, string];
  /** Text of the loader's path file. */
  readonly path?: string;
}
const none = '-Wl,--as-needed';
const runpath = (path: string): string => `-Wl,--enable-new-dtags,-rpath,${path}`;
const rpath = (path: string): string => `-Wl,--disable-new-dtags,-rpath,${path}`;

const trees: Readonly<Record<string, Tree>> = {
  'the default folders': { folders: ['lib', 'usr/local/lib'], flags: [none, none] },
  'another folder': { folders: ['usr/lib', 'srv'], flags: [none, none] },
  'a path file': { folders: ['srv', 'opt'], flags: [none, none], path: '/srv\n/opt\n' },
  'a path file without the defaults': { folders: ['usr/lib', 'srv'], flags: [none, none], path: '/srv' },
  'a RUNPATH, which is handed down': { folders: ['srv', 'srv'], flags: [runpath('/srv'), none] },
  'an RPATH, which is handed down': { folders: ['srv', 'srv'], flags: [rpath('/srv'), none] },
  'a RUNPATH of the library': { folders: ['usr/lib', 'srv'], flags: [none, runpath('/srv')] },
  'a RUNPATH of the library from $ORIGIN': {
    folders: ['usr/lib', 'usr/lib/private'],
    flags: [none, runpath('$ORIGIN/private')],
  },
  'a RUNPATH that names another folder': { folders: ['srv', 'opt'], flags: [runpath('/srv'), none] },
};

// What prove says is what the real loader does.
requires(
  'root',
  'musl-gcc',
  'tar',
)('prove and the loader of musl', () => {
  const dir = useTempDir();
  const compile = (source: string, ...args: readonly string[]): void => {
    execFileSync('musl-gcc', ['-x', 'c', '-', '-x', 'none', ...args], { input: source, stdio: 'pipe' });
  };
  beforeAll(() => mkdirSync(join(dir, 'link')));

  const makeTree = ({ folders, flags, path }: Tree): string => {
    const root = join(dir, 'root');
    const link = join(dir, 'link');
    rmSync(root, { recursive: true, force: true });
    for (const folder of ['lib', 'bin', 'etc', ...folders])
      mkdirSync(join(root, folder), { recursive: true });
    copyFileSync(realpathSync(`/lib/${loader}`), join(root, 'lib', loader));
    if (path !== undefined) writeFileSync(join(root, `etc/ld-musl-${apkArchitecture}.path`), path);
    const [first, second] = [join(link, 'libfirst.so.1'), join(link, 'libsecond.so.1')];
    compile('int second(void) { return 7; }', '-shared', '-fPIC', '-Wl,-soname,libsecond.so.1', '-o', second);
    const source = 'int second(void); int first(void) { return second(); }';
    compile(source, '-shared', '-fPIC', '-Wl,-soname,libfirst.so.1', flags[1], '-o', first, second);
    const program = 'int first(void); int main(void) { return first(); }';
    compile(program, flags[0], '-Wl,-rpath-link', link, '-o', join(root, 'bin/program'), first);
    copyFileSync(first, join(root, folders[0], 'libfirst.so.1'));
    copyFileSync(second, join(root, folders[1], 'libsecond.so.1'));
    return root;
  };

  it.each(Object.entries(trees))('agree on %s', async (_, tree) => {
    const root = makeTree(tree);
    const { status } = spawnSync('chroot', [root, '/bin/program'], { env: { PATH: '/usr/sbin:/usr/bin' } });
    expect([7, 127]).toContain(status);
    const tar = join(dir, 'root.tar');
    execFileSync('tar', ['-C', root, '--format=pax', '-cf', tar, ...readFileList(root)]);
    const { rootfs } = await readSpool(tar);
    const findings = prove({ tree: rootfs, facts: await collectFacts(rootfs), config: {} });
    expect(findings.length === 0, JSON.stringify(findings)).toBe(status === 7);
  });
});

const readFileList = (root: string): readonly string[] =>
  execFileSync('find', ['.', '-mindepth', '1', '-maxdepth', '1', '-printf', '%P\\n'], { cwd: root })
    .toString()
    .split('\n')
    .filter(Boolean);
