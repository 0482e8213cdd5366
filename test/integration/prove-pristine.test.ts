import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rootfs, TreeEntry } from '../../src/model/tree-entry.ts';
import type { RuntimeConfig } from '../../src/oci/types.ts';
import { ownTree } from '../../src/stages/carve/index.ts';
import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { dropOrphanScripts, findSecrets, prune } from '../../src/stages/prune/index.ts';
import { countTree } from '../../src/model/count-removed.ts';
import { readSpool } from '../../src/stages/rootfs/index.ts';
import { makeElf } from '../support/make-elf.ts';
import { dir, link, makeRootfs, program, type Node } from '../support/make-rootfs.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const temp = useTempDir();
/** With plugins, and links that only other packages would answer. */
const packages = 'nginx-light,python3,zsh,sudo,systemd';
const libraries = 'usr/lib/x86_64-linux-gnu';
const ruleDefaults = {
  rules: [],
  keep: [],
  keepHeaders: false,
  keepStaticLibs: false,
  protect: new Set<string>(),
};

/** Puts another file in the place of one. */
function put(tree: Map<string, TreeEntry>, path: string, content: Node): void {
  const entry = makeRootfs({ [path]: content }).get(path);
  if (entry) tree.set(path, entry);
}

type Break = (tree: Map<string, TreeEntry>) => void;

/** Deletes paths, and what is below them. */
const gone =
  (...paths: readonly string[]): Break =>
  (tree) => {
    for (const path of [...tree.keys()]) {
      if (paths.some((each) => path === each || path.startsWith(`${each}/`))) tree.delete(path);
    }
  };
/** Puts other files in the place of some. */
const placed =
  (nodes: Readonly<Record<string, Node>>): Break =>
  (tree) => {
    for (const [path, node] of Object.entries(nodes)) put(tree, path, node);
  };
/** Changes the mode of a file. */
const withMode =
  (path: string, mode: number): Break =>
  (tree) => {
    const entry = tree.get(path);
    if (entry) tree.set(path, { ...entry, mode });
  };

/** Debian's, as it was before 2.34. */
const oldLibc = makeElf({ soname: 'libc.so.6', versionsDefined: ['GLIBC_2.2.5', 'GLIBC_2.17'] });
const key = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkq'.repeat(4)}\n`;
const script = (...lines: readonly string[]): Node => program(`${lines.join('\n')}\n`);

/** What is broken, how, the finding that names it, and what the image runs with, where that matters. */
type Breakage = readonly [what: string, breakIt: Break, expected: string, more?: RuntimeConfig];

const breakages: readonly Breakage[] = [
  ['a library is gone', gone(`${libraries}/libselinux.so.1`), 'elf-needed /usr/bin/ls'],
  ['a link is cut', gone(`${libraries}/libtinfo.so.6`), 'elf-needed /usr/bin/bash'],
  [
    'a library that a link leads to is gone',
    gone(`${libraries}/libz.so.1.2.13`),
    `symlink /${libraries}/libz.so.1`,
  ],
  [
    'a plugin lacks a library',
    gone(`${libraries}/libcrypt.so.1.1.0`),
    `elf-needed /${libraries}/security/pam_unix.so`,
  ],
  ['an interpreter is gone', gone('usr/bin/perl'), 'shebang /usr/sbin/adduser'],
  [
    'an interpreter is called wrong',
    placed({ 'usr/sbin/adduser': script('#!/usr/bin/pearl') }),
    'shebang /usr/sbin/adduser',
  ],
  [
    'env finds no interpreter',
    placed({ 'usr/local/bin/x': script('#!/usr/bin/env ruby') }),
    'shebang /usr/local/bin/x',
  ],
  [
    'a script has Windows line ends',
    placed({ 'usr/local/bin/x': program('#!/bin/sh\r\n') }),
    'shebang /usr/local/bin/x',
  ],
  ['the loader is gone', gone(`${libraries}/ld-linux-x86-64.so.2`), 'elf-interpreter /usr/bin/bash'],
  [
    'a program asks for another loader',
    placed({ 'usr/local/bin/x': program(makeElf({ interpreter: '/lib64/ld-none.so.2' })) }),
    'elf-interpreter /usr/local/bin/x',
  ],
  ['the target of a link is gone', gone('usr/bin/mawk'), 'symlink /etc/alternatives/awk'],
  ['a link leads nowhere', placed({ 'usr/bin/awk': link('/etc/none') }), 'symlink /usr/bin/awk'],
  ['links lead in a circle', placed({ 'srv/a': link('b'), 'srv/b': link('a') }), 'symlink /srv/a'],
  [
    'a library is for another processor',
    placed({ [`${libraries}/libselinux.so.1`]: makeElf({ class: 32, machine: 3 }) }),
    'elf-needed /usr/bin/ls',
  ],
  ['the C library is older', placed({ [`${libraries}/libc.so.6`]: oldLibc }), 'elf-version /usr/bin/ls'],
  [
    'what threads load when they end is gone',
    gone(`${libraries}/libgcc_s.so.1`),
    'run-time-load /usr/sbin/nginx',
  ],
  ['the shell is gone', gone('usr/bin/dash'), 'entrypoint /bin/sh'],
  ['the account is gone', placed({ 'etc/passwd': '' }), 'user /etc/passwd'],
  ['the group is gone', placed({ 'etc/group': 'root:x:0:\n' }), 'user /etc/group'],
  [
    'the command is not executable',
    withMode('usr/sbin/nginx', 0o644),
    'entrypoint nginx',
    { Cmd: ['nginx'] },
  ],
  [
    'the USER may not execute the command',
    withMode('usr/sbin/nginx', 0o750),
    'entrypoint /usr/sbin/nginx',
    { Cmd: ['/bin/sh', '-c', 'exec /usr/sbin/nginx -g "daemon off;"'] },
  ],
  ['the USER may not enter a folder', withMode('usr/bin', 0o700), 'entrypoint /usr/bin/dash'],
  [
    'the command of the health check is gone',
    gone('usr/bin/python3'),
    'entrypoint python3',
    { Healthcheck: { Test: ['CMD-SHELL', 'python3 -V'] } },
  ],
  ['WORKDIR is a file', placed({ 'srv/x': 'x' }), 'workdir /srv/x', { WorkingDir: '/srv/x' }],
  [
    'a module of a script is gone',
    (tree) => {
      placed({ 'srv/app.py': script('import json, email.message') })(tree);
      gone('usr/lib/python3.11/email/message.py')(tree);
    },
    'module /srv/app.py',
    { Cmd: ['python3', '/srv/app.py'] },
  ],
  [
    'a module of Perl is gone',
    gone(`${libraries}/perl-base/strict.pm`),
    'module /usr/sbin/adduser',
    { Cmd: ['adduser'] },
  ],
  ['a folder is in the place of a link', placed({ bin: dir, 'bin/tool': program('x') }), 'usr-merge /bin'],
  [
    'PATH has an open folder',
    placed({ 'srv/bin': { folder: true, mode: 0o777 } }),
    'path /srv/bin',
    { Env: ['PATH=/bin:/srv/bin'] },
  ],
  ['a key is left', placed({ 'root/.ssh/id_rsa': key }), 'private-key /root/.ssh/id_rsa'],
  ['a program became setuid', withMode('usr/bin/python3.11', 0o4755), 'setuid /usr/bin/python3.11'],
  [
    'a setuid program was added',
    placed({ 'usr/local/bin/su': { content: 'x', mode: 0o4755 } }),
    'setuid /usr/local/bin/su',
  ],
  ['a file can be changed by everyone', withMode('etc/passwd', 0o666), 'world-writable /etc/passwd'],
  ['a folder can be emptied by everyone', withMode('tmp', 0o777), 'world-writable /tmp'],
];

requires(
  'root',
  'debootstrap',
  'tar',
)('a Debian root as debootstrap makes it, with packages installed whole', () => {
  const config: RuntimeConfig = { Cmd: ['/bin/sh'], User: 'www-data:daemon', WorkingDir: '/root' };
  let root: Rootfs = new Map();
  let shipped: ReadonlyMap<string, string> | undefined;

  beforeAll(async () => {
    const spool = join(temp, 'spool.tar');
    execFileSync(
      'debootstrap',
      ['--variant=minbase', `--include=${packages}`, 'bookworm', join(temp, 'root')],
      { stdio: 'pipe' },
    );
    execFileSync('tar', ['--format=pax', '--numeric-owner', '-cf', spool, '-C', join(temp, 'root'), '.']);
    ({ rootfs: root, shipped } = await ownTree((await readSpool(spool)).rootfs));
  });

  const findings = async (tree: Rootfs, more: RuntimeConfig = {}): Promise<readonly string[]> =>
    prove({
      ...{ tree, facts: await collectFacts(tree), config: { ...config, ...more } },
      ...(shipped && { shipped }),
    }).map(({ code, subject }) => `${code} ${subject}`);

  it('has no findings and no private keys', async () => {
    expect(root.size).toBeGreaterThan(5000);
    expect(await findings(root)).toEqual([]);
    expect(await findSecrets(root, { subject: 'acme/app', keep: [], below: new Map() })).toEqual([]);
  });

  it('has none after pruning, is less than half as large, and every byte is accounted for', async () => {
    const { rootfs, receipts } = prune(root, ruleDefaults);
    const [before, after] = [countTree(root).bytes, countTree(rootfs).bytes];
    expect(await findings(rootfs)).toEqual([]);
    expect(after).toBeLessThan(before / 2);
    expect(receipts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(before - after);
  });

  it('loses scripts of packages with their interpreter, not the proof', async () => {
    const owned = [...prune(root, ruleDefaults).rootfs.values()].map((entry) => ({
      ...entry,
      origin: { kind: 'package', name: 'x' } as const,
    }));
    const withoutPerl = new Map(
      owned
        .filter(({ path }) => !/^usr\/bin\/perl|^etc\/apt\/|systemd-sysv-install$/.test(path))
        .map((entry) => [entry.path, entry]),
    );
    const options = { facts: await collectFacts(withoutPerl), parent: new Map(), keep: [], entrypoints: [] };
    const { rootfs, receipts } = await dropOrphanScripts(withoutPerl, options);
    expect(receipts.map(({ rule }) => rule)).toContain('orphan-scripts');
    expect(rootfs.has('usr/sbin/adduser')).toBe(false);
    expect(await findings(rootfs)).toEqual([]);
  });

  describe('with a breakage', () => {
    for (const [what, breakIt, expected, more] of breakages) {
      it(what, async () => {
        const tree = new Map(root);
        breakIt(tree);
        expect(await findings(tree, more)).toContain(expected);
      });
    }
  });
});
