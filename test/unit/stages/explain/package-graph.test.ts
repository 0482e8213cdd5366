import { expect, it } from 'vitest';
import { dependentsOf, leaveWith, packageChain } from '../../../../src/stages/explain/index.ts';

const graph = {
  asked: { app: 'acme/app', tool: 'acme/base' },
  depends: { app: ['libx', 'libc'], libx: ['liby', 'libc'], liby: ['libx', 'libc'], tool: ['libc'] },
} as const;

it.each([
  ['app', ['app']],
  ['liby', ['app', 'libx', 'liby']],
  ['libc', ['app', 'libc']],
  ['other', undefined],
])('finds the shortest way to %s', (name, chain) => {
  expect(packageChain(graph, name)).toEqual(chain);
});

it.each([
  ['app', ['libx', 'liby']],
  ['libx', ['liby']],
  ['libc', []],
  ['tool', []],
])('finds what would leave with %s', (name, leaving) => {
  expect(leaveWith(graph, name)).toEqual(leaving);
});

it('finds who depends on a package', () => {
  expect(dependentsOf(graph, 'libx')).toEqual(['app', 'liby']);
  expect(dependentsOf(graph, 'app')).toEqual([]);
});
