import { existsSync, mkdtempSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findStaleFiles, removeFiles } from '../../../src/store/index.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';
import { writeTree } from '../../support/write-tree.ts';

const dir = useTempDir();
const sum = (digit: string): string => digit.repeat(64);
let dataDir: string;
const age = (path: string, seconds: number) => utimesSync(join(dataDir, path), seconds, seconds);
beforeEach(() => {
  dataDir = mkdtempSync(join(dir, 'data-'));
  writeTree(dataDir, {
    'indexes/current/bookworm': `${sum('1')}\n`,
    [`indexes/${sum('1')}/index.json`]: '{}',
    [`indexes/${sum('2')}/index.json`]: '{}',
    [`downloads/${sum('a')}`]: 'named',
    [`downloads/${sum('b')}`]: 'stale',
    [`downloads/${sum('a')}.part`]: 'named, begun',
    [`downloads/${sum('c')}.part`]: 'stale, begun',
    'logs/web/nginx/install.log': 'log',
    'distfiles/greet.tar.xz': 'source',
    'packages/key/dev-libs/greet/greet-1-1.gpkg.tar': 'built',
  });
  for (const path of ['indexes/current/bookworm', `indexes/${sum('2')}`, `downloads/${sum('b')}`])
    age(path, 10);
});

const options = { all: false, inUseSince: undefined, downloads: new Set([sum('a')]) };

/** Kind → names of what is stale. */
const stale = async (differently: Partial<Parameters<typeof findStaleFiles>[1]> = {}) =>
  Object.fromEntries(
    (await findStaleFiles(dataDir, { ...options, ...differently })).map(({ what, paths }) => [
      what,
      paths.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort(),
    ]),
  );

describe('stale files', () => {
  it('are indexes that are not current and downloads that nothing names', async () => {
    expect(await stale()).toEqual({
      'package indexes': [sum('2')],
      downloads: [sum('b'), `${sum('c')}.part`],
    });
  });

  it('have a size, and go', async () => {
    const found = await findStaleFiles(dataDir, options);
    expect(found.every(({ bytes }) => bytes > 0)).toBe(true);
    await removeFiles(found.flatMap(({ paths }) => paths));
    expect(existsSync(join(dataDir, `downloads/${sum('a')}`))).toBe(true);
    expect(await stale()).toEqual({ 'package indexes': [], downloads: [] });
  });

  it('are all of them when everything is to go', async () => {
    expect(await stale({ all: true })).toEqual({
      'package indexes': [sum('1'), sum('2'), 'current'],
      downloads: [sum('a'), `${sum('a')}.part`, sum('b'), `${sum('c')}.part`],
      logs: ['web'],
      'fetched sources': ['greet.tar.xz'],
      'binary packages': ['key'],
    });
  });

  it('are only those from before another process began', async () => {
    expect(await stale({ inUseSince: 20_000 })).toEqual({
      'package indexes': [sum('2')],
      downloads: [sum('b')],
    });
  });

  it('are no indexes and downloads while another process may use the index of before an update', async () => {
    age('indexes/current/bookworm', 30);
    expect(await stale({ inUseSince: 20_000 })).toEqual({ 'package indexes': [], downloads: [] });
  });

  it('are none in a data dir that is not there', async () => {
    expect(await findStaleFiles(join(dir, 'none'), options)).toEqual([
      { what: 'package indexes', paths: [], bytes: 0 },
      { what: 'downloads', paths: [], bytes: 0 },
    ]);
  });
});
