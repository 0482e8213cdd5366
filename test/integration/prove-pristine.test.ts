import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Rootfs, TreeEntry } from '../../src/model/tree-entry.ts';
import type { RuntimeConfig } from '../../src/oci/types.ts';
import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { dropOrphanScripts, findSecrets, prune } from '../../src/stages/prune/index.ts';
import { countTree } from '../../src/model/count-removed.ts';
import { readSpool } from '../../src/stages/rootfs/index.ts';
import { makeElf } from '../support/make-elf.ts';
import { makeRootfs, type Node } from '../support/make-rootfs.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const dir = useTempDir();
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

/** Breakage → how it is made, and the finding that names it. */
const breakages: readonly (readonly [string, (tree: Map<string, TreeEntry>) => void, string])[] = [
  ['a library is gone', (tree) => tree.delete(`${libraries}/libselinux.so.1`), 'elf-needed /usr/bin/ls'],
  ['a link is cut', (tree) => tree.delete(`${libraries}/libtinfo.so.6`), 'elf-needed /usr/bin/bash'],
  ['an interpreter is gone', (tree) => tree.delete('usr/bin/perl'), 'shebang /usr/sbin/adduser'],
  [
    'the loader is gone',
    (tree) => tree.delete(`${libraries}/ld-linux-x86-64.so.2`),
    'elf-interpreter /usr/bin/bash',
  ],
  ['the target of a link is gone', (tree) => tree.delete('usr/bin/mawk'), 'symlink /etc/alternatives/awk'],
  [
    'a library is for another processor',
    (tree) => put(tree, `${libraries}/libselinux.so.1`, makeElf({ class: 32, machine: 3 })),
    'elf-needed /usr/bin/ls',
  ],
  ['the shell is gone', (tree) => tree.delete('usr/bin/dash'), 'entrypoint /bin/sh'],
  ['the account is gone', (tree) => put(tree, 'etc/passwd', ''), 'user /etc/passwd'],
];

requires(
  'root',
  'debootstrap',
  'tar',
)('a Debian root as debootstrap makes it', () => {
  const config: RuntimeConfig = { Cmd: ['/bin/sh'], User: 'www-data:daemon', WorkingDir: '/root' };
  let root: Rootfs = new Map();

  beforeAll(async () => {
    const spool = join(dir, 'spool.tar');
    execFileSync('debootstrap', ['--variant=minbase', 'bookworm', join(dir, 'root')], { stdio: 'pipe' });
    execFileSync('tar', ['--format=pax', '--numeric-owner', '-cf', spool, '-C', join(dir, 'root'), '.']);
    ({ rootfs: root } = await readSpool(spool));
  });

  const findings = async (tree: Rootfs): Promise<readonly string[]> =>
    prove({ tree, facts: await collectFacts(tree), config }).map(({ code, subject }) => `${code} ${subject}`);

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
        .filter(({ path }) => !/^usr\/bin\/perl|^etc\/apt\//.test(path))
        .map((entry) => [entry.path, entry]),
    );
    const options = { facts: await collectFacts(withoutPerl), parent: new Map(), keep: [], entrypoints: [] };
    const { rootfs, receipts } = await dropOrphanScripts(withoutPerl, options);
    expect(receipts.map(({ rule }) => rule)).toContain('orphan-scripts');
    expect(rootfs.has('usr/sbin/adduser')).toBe(false);
    expect(await findings(rootfs)).toEqual([]);
  });

  describe('with a breakage', () => {
    it.each(breakages)('%s', async (_what, breakIt, expected) => {
      const tree = new Map(root);
      breakIt(tree);
      expect(await findings(tree)).toContain(expected);
    });
  });
});
