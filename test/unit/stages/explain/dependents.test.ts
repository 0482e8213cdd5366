import { describe, expect, it } from 'vitest';
import type { ElfFacts, FileFacts } from '../../../../src/model/file-facts.ts';
import { broken, dependents } from '../../../../src/stages/explain/index.ts';
import { findNeeds } from '../../../../src/stages/needs/index.ts';
import { link, makeRootfs, program } from '../../../support/make-rootfs.ts';

const elf = (needed: readonly string[]): { readonly elf: ElfFacts } => ({
  elf: {
    ...{ class: 64, littleEndian: true, machine: 62, rpath: [], runpath: [] },
    needed,
  } as unknown as ElfFacts,
});
const tree = makeRootfs({
  'usr/bin/app': program('app'),
  'usr/bin/other': program('other'),
  'usr/bin/run': program('#!/usr/bin/app'),
  'usr/lib/libx.so.1': link('libx.so.1.2'),
  'usr/lib/libx.so.1.2': 'x',
  'usr/local/lib/spare': 'x',
});
const facts = new Map<string, FileFacts>([
  ['usr/bin/app', elf(['libx.so.1'])],
  ['usr/bin/other', elf([])],
  ['usr/bin/run', { shebang: '/usr/bin/app' }],
  ['usr/lib/libx.so.1.2', elf([])],
]);

describe('what needs a file', () => {
  const ask = (...paths: readonly string[]) => {
    const isRemoved = (path: string): boolean => paths.includes(path);
    const needs = findNeeds({ tree, facts });
    const left = new Map([...tree].filter(([path]) => !isRemoved(path)));
    const all = dependents(tree, { needs, isRemoved });
    return { all, lost: broken(all, { needs, without: findNeeds({ tree: left, facts }), isRemoved }) };
  };

  it('is what is loaded with it, and links to it', () => {
    const expected = [
      { path: 'usr/bin/app', how: 'library libx.so.1' },
      { path: 'usr/lib/libx.so.1', how: 'target libx.so.1.2' },
    ];
    expect(ask('usr/lib/libx.so.1.2')).toEqual({ all: expected, lost: expected });
  });

  it('is what it interprets', () => {
    expect(ask('usr/bin/app').lost).toEqual([{ path: 'usr/bin/run', how: 'interpreter /usr/bin/app' }]);
  });

  it('is nothing of what goes with it, nor of what nobody asks for', () => {
    expect(ask('usr/bin/app', 'usr/bin/run')).toEqual({ all: [], lost: [] });
    expect(ask('usr/bin/other')).toEqual({ all: [], lost: [] });
  });
});
