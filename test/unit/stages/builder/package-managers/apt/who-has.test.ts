import { expect, test } from 'vitest';
import { whoHas } from '../../../../../../src/stages/builder/package-managers/apt/who-has.ts';

const index = new Set(['libgcc-s1', 'libssl3t64', 'libc6', 'libtcl8.6', 'perl-base', 'python3.11-minimal']);

test.each([
  ['library', 'libgcc_s.so.1', 'libgcc-s1'],
  ['library', 'libssl.so.3', 'libssl3t64'],
  ['library', 'libm.so.6', 'libc6'],
  ['library', 'ld-linux-x86-64.so.2', 'libc6'],
  ['library', '/usr/lib/libtcl-8.6.so', 'libtcl8.6'],
  ['library', 'plugin.so', undefined],
  ['library', 'libgone.so.9', undefined],
  ['command', '/usr/bin/perl', 'perl-base'],
  ['command', 'python3.11', 'python3.11-minimal'],
  ['command', 'bash', undefined],
  ['command', 'toString', undefined],
] as const)('%s %s', (kind, name, found) => {
  const hint = found && `add package "${found}", which usually has it`;
  expect(whoHas({ kind, name }, (each) => index.has(each))).toBe(hint);
});
