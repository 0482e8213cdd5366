import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedPackages } from '../../../../../../src/stages/builder/package-managers/apt/named-packages.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';
import { writeTree } from '../../../../../support/write-tree.ts';

const dir = useTempDir();
const index = (...lists: readonly string[]) =>
  JSON.stringify({ sources: [{ packages: lists.map((listName) => ({ listName })) }] });
const sum = (count: number): string => count.toString(16).padStart(64, '0');
// Longer than what is read at once, so that sums lie across two pieces.
const many = Array.from({ length: 20_000 }, (_, at) => `Package: p${at}\nSHA256: ${sum(at)}\n`).join('\n');

it('names the packages of all indexes in use, and of no other', async () => {
  writeTree(dir, {
    'indexes/current/a': 'one\n',
    'indexes/current/b': 'two\n',
    'indexes/current/c': 'lost\n',
    'indexes/one/index.json': index('main', 'missing'),
    'indexes/one/apt/lists/main': many,
    'indexes/two/index.json': index('main'),
    'indexes/two/apt/lists/main': `SHA256: ${'f'.repeat(64)}`,
    'indexes/former/index.json': index('main'),
    'indexes/former/apt/lists/main': `SHA256: ${'e'.repeat(64)}\n`,
  });
  const named = await namedPackages(dir);
  expect(named.size).toBe(20_001);
  for (const each of [sum(0), sum(19_999), 'f'.repeat(64)]) expect(named).toContain(each);
  expect(await namedPackages(join(dir, 'none'))).toEqual(new Set());
});
