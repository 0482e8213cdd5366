import type { Finding } from '../../src/model/finding.ts';
import type { RuntimeConfig } from '../../src/oci/types.ts';
import { collectFacts } from '../../src/stages/needs/index.ts';
import { prove } from '../../src/stages/prove/index.ts';
import { makeElf, type ElfSpec } from './make-elf.ts';
import { link, makeRootfs, program, type Node } from './make-rootfs.ts';

export type Nodes = Readonly<Record<string, Node>>;
/** The loader its programs name, and where its libraries are. */
export const loader = '/lib64/ld-linux-x86-64.so.2';
export const libraries = 'usr/lib/x86_64-linux-gnu';

/** A program and a library of it. */
export const exe = (spec: ElfSpec = {}): Node =>
  program(makeElf({ interpreter: loader, needed: ['libc.so.6'], ...spec }));
export const lib = (spec: ElfSpec = {}): Buffer => makeElf(spec);

/** A small Debian: merged /usr, loader, C library, shell, accounts. */
export const debian: Nodes = {
  bin: link('usr/bin'),
  lib: link('usr/lib'),
  lib64: link('usr/lib64'),
  [`usr${loader}`]: link('../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
  [`${libraries}/ld-linux-x86-64.so.2`]: program(makeElf({ soname: 'ld-linux-x86-64.so.2' })),
  [`${libraries}/libc.so.6`]: lib({ soname: 'libc.so.6', needed: ['ld-linux-x86-64.so.2'] }),
  'usr/bin/sh': link('dash'),
  'usr/bin/dash': exe(),
  'usr/bin/env': exe(),
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\nwww:x:33:33::/srv:/bin/sh\n',
  'etc/group': 'root:x:0:\nweb:x:33:\n',
};

/** What prove finds in it with changes, and without what is gone. */
export async function findings(
  changes: Nodes,
  config: RuntimeConfig = {},
  gone: readonly string[] = [],
): Promise<readonly Finding[]> {
  const nodes = Object.entries({ ...debian, ...changes }).filter(([path]) => !gone.includes(path));
  const tree = makeRootfs(Object.fromEntries(nodes));
  return prove({ tree, facts: await collectFacts(tree), config });
}

/** The same as lines. */
export const lines = async (...args: Parameters<typeof findings>): Promise<readonly string[]> =>
  (await findings(...args)).map((each) => `${each.code} ${each.severity}: ${each.subject} ${each.message}`);
