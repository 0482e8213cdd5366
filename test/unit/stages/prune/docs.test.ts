import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checks } from '../../../../src/stages/prove/index.ts';
import { pruneRules } from '../../../../src/stages/prune/index.ts';

const rowsOf = (page: string): readonly string[] =>
  readFileSync(join(import.meta.dirname, '../../../../docs', page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));

test('docs/pruning.md lists the rules as they are', () => {
  const rows = pruneRules.map((rule) => `| \`${rule.name}\` | ${rule.mode} | ${rule.explanation} |`);
  expect(rowsOf('pruning.md')).toEqual(rows);
});

test('docs/pruning.md names the rules that _keep_headers and _keep_static_libs switch off', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/pruning.md'), 'utf8');
  const kept = (by: string) =>
    pruneRules.filter((rule) => rule.keptBy === by).map((rule) => `\`${rule.name}\``);
  expect(kept('headers').filter((name) => !page.includes(name))).toEqual([]);
  expect(kept('static-libs')).toEqual(['`static-libs`']);
});

test('docs/proving.md lists the checks as they are', () => {
  const rows = checks.map((check) => `| \`${check.code}\` | ${check.explanation} |`);
  expect(rowsOf('proving.md')).toEqual(rows);
});
