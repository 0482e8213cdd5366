import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  namedDownloads,
  readRecord,
  writeRecord,
} from '../../../../../../src/stages/builder/package-managers/portage/record.ts';
import { useTempDir } from '../../../../../support/use-temp-dir.ts';

const dir = useTempDir();
const sha256 = 'ab'.repeat(32);
const tree = { sha256, date: 1_700_000_000 };

it('remembers a state for its sources, until its files are gone', async () => {
  const dataDir = join(dir, 'data');
  mkdirSync(join(dataDir, 'downloads'), { recursive: true });
  writeFileSync(join(dataDir, 'downloads', sha256), '');
  expect(await readRecord(dataDir, 'a')).toBeUndefined();
  const written = await writeRecord({ dataDir, sources: 'a', tempDir: dir, base: 'x' }, { tree });
  expect(await readRecord(dataDir, 'a')).toEqual(written);
  expect(await readRecord(dataDir, 'b')).toBeUndefined();
  expect(await namedDownloads(dataDir)).toEqual(new Set([sha256]));
  rmSync(join(dataDir, 'downloads', sha256));
  expect(await readRecord(dataDir, 'a')).toBeUndefined();
});

it('has a digest of the base and the tree, whatever they are called by', async () => {
  const digestOf = async (sources: string, base: string, files: object) =>
    (await writeRecord({ dataDir: join(dir, 'other'), sources, tempDir: dir, base }, files)).digest;
  const digest = await digestOf('a', 'x', { tree });
  expect(await digestOf('b', 'x', { tree })).toBe(digest);
  expect(await digestOf('a', 'y', { tree })).not.toBe(digest);
  expect(await digestOf('a', 'x', {})).not.toBe(digest);
});
