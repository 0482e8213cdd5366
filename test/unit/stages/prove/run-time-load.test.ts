import { expect, test } from 'vitest';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { prove } from '../../../../src/stages/prove/index.ts';
import { makeElf } from '../../../support/make-elf.ts';
import { makeRootfs, program } from '../../../support/make-rootfs.ts';
import { exe, findings, lib, libraries, lines } from '../../../support/small-debian.ts';

const note = (priority: string, ...soname: readonly string[]) =>
  JSON.stringify([{ soname, priority, feature: 'zip', description: 'to unzip' }]);
const loads = (...dlopen: readonly string[]) => ({ 'usr/bin/x': exe({ dlopen }) });

test('.note.dlopen: what is required is an error, what is recommended a warning, the rest nothing', async () => {
  const found = await findings(
    loads(note('required', 'liba.so.1'), note('recommended', 'libb.so.1'), note('suggested', 'libc.so.1')),
  );
  expect(found.map(({ code, severity, lacks }) => [code, severity, lacks?.name])).toEqual([
    ['run-time-load', 'error', 'liba.so.1'],
    ['run-time-load', 'warning', 'libb.so.1'],
  ]);
});

test('.note.dlopen: one of several is enough, and is looked for as any library is', async () => {
  const nodes = loads(note('required', 'liba.so.2', 'liba.so.1'));
  expect(await lines(nodes)).toHaveLength(1);
  expect(await lines({ ...nodes, [`${libraries}/liba.so.1`]: lib() })).toEqual([]);
  expect(await lines({ ...nodes, [`${libraries}/liba.so.1`]: lib({ class: 32, machine: 3 }) })).toHaveLength(
    1,
  );
});

test('.note.dlopen: nothing is found for what nobody could read', async () => {
  expect(await lines(loads('', '[', '"x"', '[{"soname":7}]'))).toEqual([]);
});

test('.note.dlopen: what a package recommends and no package of the image has is left to who chose them', async () => {
  const elf = makeElf({
    dlopen: [note('recommended', 'liba.so.2', 'liba.so.1'), note('required', 'libb.so.1')],
  });
  const tree = makeRootfs({ 'usr/bin/x': program(elf, { kind: 'package', name: 'x' }) });
  const facts = await collectFacts(tree);
  const lacked = (...shipped: readonly string[]) =>
    prove({ tree, facts, config: {}, shipped: new Set(shipped) }).map(({ lacks }) => lacks?.name);
  expect(lacked('usr/bin/x')).toEqual(['libb.so.1']);
  expect(lacked('usr/bin/x', 'usr/lib/liba.so.1')).toEqual(['liba.so.2', 'libb.so.1']);
});
