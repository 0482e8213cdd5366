import { describe, expect, it } from 'vitest';
import type { FileFacts } from '../../../../src/model/file-facts.ts';
import { foldersAt, measure, type Share } from '../../../../src/stages/explain/index.ts';
import { makeRootfs } from '../../../support/make-rootfs.ts';

const from = (name: string) => ({ kind: 'package', name }) as const;
const tree = makeRootfs({
  'bin/tool': { content: 'x'.repeat(100), mode: 0o755, origin: from('tool'), inode: 1 },
  'bin/same': { content: 'x'.repeat(100), mode: 0o755, origin: from('tool'), inode: 1 },
  'bin/run': { content: '#!/bin/sh', mode: 0o755, origin: { kind: 'hook', hook: 'finish_rootfs_build' } },
  'etc/conf': { content: 'conf', origin: from('base') },
  'etc/made': { content: 'made by', origin: { kind: 'script' } },
  'srv/copied': { content: 'c', origin: { kind: 'dockerfile', line: 3 } },
  'usr/lib/libx.so.1': { content: 'y'.repeat(50), origin: from('libx') },
  'usr/share/doc/tool/copyright': { content: 'free', origin: from('tool') },
  'usr/share/locale/de/x.mo': { content: 'de', origin: from('tool') },
});
const elf = { class: 64, littleEndian: true, machine: 62, needed: [], rpath: [], runpath: [] } as const;
const facts = new Map<string, FileFacts>([
  ['bin/tool', { elf: { ...elf, interpreter: '/lib/ld.so' } }],
  ['bin/same', { elf: { ...elf, interpreter: '/lib/ld.so' } }],
  ['bin/run', { shebang: '/bin/sh' }],
  ['usr/lib/libx.so.1', { elf }],
] as const as readonly [string, FileFacts][]);
const rows = (shares: readonly Share[]) => shares.map(({ name, files, bytes }) => [name, files, bytes]);
const total = (shares: readonly Share[], pick: (share: Share) => number) =>
  shares.reduce((sum, each) => sum + pick(each), 0);

describe('measure', () => {
  const measured = measure(tree, facts);

  it('tells who brought what, and counts hard links once', () => {
    expect(rows(measured.packages)).toEqual([
      ['tool', 4, 106],
      ['libx', 1, 50],
      ['(finish_rootfs_build)', 1, 9],
      ['(maintainer scripts)', 1, 7],
      ['base', 1, 4],
      ['(Dockerfile.template:3)', 1, 1],
    ]);
  });

  it('tells kinds apart', () => {
    expect(rows(measured.kinds)).toEqual([
      ['programs', 2, 100],
      ['libraries', 1, 50],
      ['configuration', 2, 11],
      ['scripts', 1, 9],
      ['licences', 1, 4],
      ['locales', 1, 2],
      ['data', 1, 1],
    ]);
  });

  it.each([1, 2, 3, 9])('sums up to the whole, folders of depth %i too', (depth) => {
    const { packages, kinds, root, files, bytes } = measured;
    expect([files, bytes]).toEqual([9, 177]);
    for (const shares of [packages, kinds, foldersAt(root, depth)])
      expect([total(shares, (each) => each.files), total(shares, (each) => each.bytes)]).toEqual([9, 177]);
  });

  it('has a row for a folder that has files beside folders', () => {
    const { root } = measure(makeRootfs({ 'a/x': 'xx', 'a/b/y': 'y' }), new Map());
    expect(rows(foldersAt(root, 2))).toEqual([
      ['/a', 1, 2],
      ['/a/b', 1, 1],
    ]);
    expect(rows(foldersAt(root, 1))).toEqual([['/a', 2, 3]]);
  });

  it('says what the parent has just so', () => {
    const parent = makeRootfs({ 'etc/conf': 'conf', 'srv/copied': 'other' });
    const { parentBytes, packages } = measure(tree, facts, parent);
    expect(parentBytes).toBe(4);
    expect(packages.find(({ name }) => name === 'base')?.parentBytes).toBe(4);
  });

  it('measures nothing', () => {
    expect(measure(new Map(), new Map())).toMatchObject({ files: 0, bytes: 0, packages: [], kinds: [] });
  });
});
