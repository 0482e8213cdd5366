import { expect, test } from 'vitest';
import type { RuntimeConfig } from '../../../../src/oci/types.ts';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { prune, safetyNet, type PruneOptions } from '../../../../src/stages/prune/index.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { link, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';

const gconv = 'usr/lib/x86_64-linux-gnu/gconv';

async function pruned(
  nodes: Readonly<Record<string, Node>>,
  config: RuntimeConfig = {},
  options: Partial<PruneOptions> = {},
) {
  const rootfs = makeRootfs(nodes);
  const facts = await collectFacts(rootfs);
  const missedBy = safetyNet({ rootfs, parent: new Map(), facts, config });
  const defaults = {
    rules: [],
    keep: [],
    keepHeaders: false,
    keepStaticLibs: false,
    protect: new Set<string>(),
  };
  const result = prune(rootfs, { ...defaults, missedBy, ...options });
  return {
    ...result,
    paths: [...result.rootfs.keys()].filter((path) => rootfs.get(path)?.type !== 'directory'),
  };
}

const charsets = {
  [`${gconv}/EUC-JP.so`]: makeElf({ needed: ['libJIS.so'], runpath: '$ORIGIN' }),
  [`${gconv}/libJIS.so`]: makeElf({ needed: ['libKSC.so'], runpath: '$ORIGIN' }),
  [`${gconv}/libKSC.so`]: makeElf(),
  [`${gconv}/BIG5.so`]: makeElf(),
};

test('a library that a rule names stays while something needs it, and what it needs in turn', async () => {
  const nodes = { ...charsets, 'usr/bin/x': program(makeElf({ needed: ['libJIS.so'], rpath: `/${gconv}` })) };
  const { paths, heldBack, receipts } = await pruned(nodes);
  expect(paths).toEqual(['usr/bin/x', `${gconv}/libJIS.so`, `${gconv}/libKSC.so`]);
  expect(heldBack).toEqual([
    { rule: 'charsets', path: `${gconv}/libJIS.so`, neededBy: '/usr/bin/x' },
    { rule: 'charsets', path: `${gconv}/libKSC.so`, neededBy: `/${gconv}/libJIS.so` },
  ]);
  expect(receipts.map(({ rule, files }) => [rule, files])).toEqual([['charsets', 2]]);
});

test('what KEEP names brings what it needs, without a word', async () => {
  const { paths, heldBack } = await pruned(charsets, {}, { keep: [`${gconv}/EUC-JP.so`] });
  expect(paths).toEqual([`${gconv}/EUC-JP.so`, `${gconv}/libJIS.so`, `${gconv}/libKSC.so`]);
  expect(heldBack).toEqual([]);
});

test('so does a command of the image, and the interpreter of a script', async () => {
  const nodes = {
    'usr/share/bug/x/run': program('#!/usr/share/bug/x/interpreter\n'),
    'usr/share/bug/x/interpreter': link('real'),
    'usr/share/bug/x/real': program(makeElf()),
    'usr/share/bug/x/other': 'text',
  };
  const { paths, heldBack } = await pruned(nodes, { Cmd: ['/usr/share/bug/x/run'] });
  expect(paths).toEqual(['usr/share/bug/x/interpreter', 'usr/share/bug/x/real', 'usr/share/bug/x/run']);
  expect(heldBack.map(({ path, neededBy }) => `${path}: ${neededBy}`)).toEqual([
    'usr/share/bug/x/run: CMD',
    'usr/share/bug/x/interpreter: /usr/share/bug/x/run',
    'usr/share/bug/x/real: /usr/share/bug/x/run',
  ]);
});

test('nothing is held back that something else answers, or that never was there', async () => {
  const nodes = {
    'usr/bin/x': program(makeElf({ needed: ['liba.so.1', 'libno.so.1'], rpath: '/usr/lib/debug:/srv' })),
    'usr/lib/debug/liba.so.1': makeElf(),
    'srv/liba.so.1': makeElf(),
  };
  const { paths, heldBack } = await pruned(nodes);
  expect(paths).toEqual(['srv/liba.so.1', 'usr/bin/x']);
  expect(heldBack).toEqual([]);
});
