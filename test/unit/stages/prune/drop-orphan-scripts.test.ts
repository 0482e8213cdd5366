import { expect, test } from 'vitest';
import type { Origin } from '../../../../src/model/tree-entry.ts';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { dropOrphanScripts, type OrphanOptions } from '../../../../src/stages/prune/index.ts';
import { link, makeRootfs, program, type Node } from '../../../support/make-rootfs.ts';

const owned: Origin = { kind: 'package', name: 'x' };
const perl = '#!/usr/bin/perl -w\n';

async function drop(nodes: Readonly<Record<string, Node>>, options: Partial<OrphanOptions> = {}) {
  const rootfs = makeRootfs(nodes);
  const facts = await collectFacts(rootfs);
  const result = await dropOrphanScripts(rootfs, {
    facts,
    parent: new Map(),
    keep: [],
    entrypoints: [],
    ...options,
  });
  const gone = [...rootfs.keys()].filter((path) => !result.rootfs.has(path));
  return { gone, receipts: result.receipts };
}

test('a script of a package goes when its interpreter is missing, with the links to it', async () => {
  const { gone, receipts } = await drop({
    'usr/share/x/tool.sh': program('#!/bin/sh\n', owned),
    'usr/bin/tool': { link: '../share/x/tool.sh', origin: owned },
    'usr/bin/rest': program(perl, owned),
    'usr/bin/env-one': program('#!/usr/bin/env ruby\n', owned),
    'usr/bin/env': program('x'),
  });
  expect(gone).toEqual([
    'usr/bin/env-one',
    'usr/bin/rest',
    'usr/bin/tool',
    'usr/share',
    'usr/share/x',
    'usr/share/x/tool.sh',
  ]);
  expect(receipts.map(({ rule, files }) => [rule, files])).toEqual([
    ['links', 1],
    ['orphan-scripts', 3],
  ]);
});

test('a script stays when its interpreter is in the parent image', async () => {
  const parent = makeRootfs({ bin: link('usr/bin'), 'usr/bin/sh': program('x') });
  expect((await drop({ 'usr/bin/x': program('#!/bin/sh\n', owned) }, { parent })).gone).toEqual([]);
});

test('an interpreter that is an orphan itself does not count', async () => {
  const { gone } = await drop({
    'usr/bin/a': program('#!/usr/bin/b\n', owned),
    'usr/bin/b': program(perl, owned),
    'usr/bin/c': program('x'),
  });
  expect(gone).toEqual(['usr/bin/a', 'usr/bin/b']);
});

test.each<readonly [string, Readonly<Record<string, Node>>, Partial<OrphanOptions>]>([
  ['no package brought', { 'usr/bin/x': program(perl) }, {}],
  ['KEEP names', { 'usr/bin/x': program(perl, owned) }, { keep: ['/usr/bin/*'] }],
  ['the image starts', { 'usr/bin/x': program(perl, owned) }, { entrypoints: ['x'] }],
  [
    'the image starts through a link',
    { 'usr/bin/x': program(perl, owned), 'srv/run': link('/usr/bin/x') },
    { entrypoints: ['/srv/run'] },
  ],
  ['programs import', { 'usr/lib/python3.11/pdb.py': program('#!/usr/bin/env python3', owned) }, {}],
  [
    'a kept script names',
    {
      bin: link('usr/bin'),
      'usr/bin/x': program(perl, owned),
      'usr/bin/y': program('#!/bin/z\n/bin/x --run'),
      'usr/bin/z': program(''),
    },
    {},
  ],
  ['configuration names', { 'usr/bin/x': program(perl, owned), 'etc/x.conf': 'helper=/usr/bin/x' }, {}],
])('a script stays that %s', async (_why, nodes, options) => {
  expect((await drop(nodes, options)).gone).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, Node>>]>([
  ['a comment', { 'etc/x.conf': '# see /usr/bin/x' }],
  ['a schedule of a service that is not there', { 'etc/cron.d/x': '0 0 * * * root /usr/bin/x' }],
  ['another orphan', { 'usr/bin/other': program(`${perl}exec "/usr/bin/x";`, owned) }],
])('being named by %s saves no script', async (_why, nodes) => {
  expect((await drop({ ...nodes, 'usr/bin/x': program(perl, owned) })).gone).toContain('usr/bin/x');
});
