import { expect, test } from 'vitest';
import { buildGraph, renderDot, renderTree } from '../../../../src/stages/graph/index.ts';
import { makeProject } from '../../../support/make-project.ts';

const graph = buildGraph(
  makeProject(
    {
      'base/glibc': {},
      'base/openssl': { parent: 'base/glibc' },
      'web/curl': { parent: 'base/openssl' },
      'web/java': { parent: 'base/openssl', builder: 'fat' },
      'web/nginx': { parent: 'base/glibc' },
      'demo/hello': { builder: 'fat' },
    },
    { debian: {}, fat: { extends: 'debian' } },
  ),
  [],
);

test('the tree has children below their parents, and builders where they begin or change', () => {
  expect(renderTree(graph)).toBe(
    [
      'base/glibc [debian]',
      '├── base/openssl',
      '│   ├── web/curl',
      '│   └── web/java [fat]',
      '└── web/nginx',
      'demo/hello [fat]',
      '',
    ].join('\n'),
  );
});

test('Graphviz gets an edge from each parent', () => {
  expect(renderDot(graph)).toBe(
    [
      'strict digraph images {',
      '  rankdir=LR;',
      '  "scratch" -> "base/glibc" [label="debian"];',
      '  "base/glibc" -> "base/openssl";',
      '  "scratch" -> "demo/hello" [label="fat"];',
      '  "base/openssl" -> "web/curl";',
      '  "base/openssl" -> "web/java" [label="fat"];',
      '  "base/glibc" -> "web/nginx";',
      '}',
      '',
    ].join('\n'),
  );
});

test('an empty graph is drawn empty', () => {
  expect(renderTree({ images: [], builders: [] })).toBe('');
  expect(renderDot({ images: [], builders: [] })).toBe('strict digraph images {\n  rankdir=LR;\n}\n');
});
