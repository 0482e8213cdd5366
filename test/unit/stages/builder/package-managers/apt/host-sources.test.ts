import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  parseListFile,
  parseSourcesFile,
  readDebootstrapMirror,
  readHostSources,
} from '../../../../../../src/stages/builder/package-managers/apt/host-sources.ts';
import { createProcessRunner } from '../../../../../../src/adapters/system/process-runner.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kubler-sources-'));
});
afterEach(() => rm(dir, { recursive: true }));

test('one-line sources: options, comments and source packages are no trouble', () => {
  const text = [
    '# deb http://a.invalid/debian bookworm main',
    'deb [arch=amd64 signed-by=/k.gpg] http://b.invalid/debian bookworm main contrib # note',
    'deb-src http://c.invalid/debian bookworm main',
    '  deb  http://d.invalid/debian   bookworm-security main',
    'deb http://e.invalid/',
  ].join('\n');
  expect(parseListFile(text)).toEqual([
    { uri: 'http://b.invalid/debian', suite: 'bookworm', components: ['main', 'contrib'] },
    { uri: 'http://d.invalid/debian', suite: 'bookworm-security', components: ['main'] },
  ]);
});

test('deb822 sources: several suites and addresses, disabled ones left out', () => {
  const text = [
    'Types: deb deb-src',
    'URIs: http://a.invalid/debian http://b.invalid/debian',
    'Suites: bookworm',
    ' bookworm-updates',
    'Components: main',
    '',
    'Enabled: no',
    'Types: deb',
    'URIs: http://c.invalid/debian',
    'Suites: bookworm',
    'Components: main',
    '',
    'Types: deb-src',
    'URIs: http://d.invalid/debian',
    'Suites: bookworm',
    'Components: main',
  ].join('\n');
  expect(parseSourcesFile(text).map(({ uri, suite }) => [uri, suite])).toEqual([
    ['http://a.invalid/debian', 'bookworm'],
    ['http://a.invalid/debian', 'bookworm-updates'],
    ['http://b.invalid/debian', 'bookworm'],
    ['http://b.invalid/debian', 'bookworm-updates'],
  ]);
});

test('sources.list and its folder are read in order, other files are not', async () => {
  const parts = join(dir, 'sources.list.d');
  await mkdir(parts);
  await writeFile(join(dir, 'sources.list'), 'deb http://1.invalid x main\n');
  await writeFile(join(parts, 'b.list'), 'deb http://3.invalid x main\n');
  await writeFile(
    join(parts, 'a.sources'),
    'Types: deb\nURIs: http://2.invalid\nSuites: x\nComponents: main\n',
  );
  await writeFile(join(parts, 'c.list.save'), 'deb http://4.invalid x main\n');
  const sources = await readHostSources(dir);
  expect(sources.map(({ uri }) => uri)).toEqual(['http://1.invalid', 'http://2.invalid', 'http://3.invalid']);
  expect(await readHostSources(join(dir, 'none'))).toEqual([]);
});

test('the mirror of debootstrap is found in its script', async () => {
  const runner = createProcessRunner({ signal: new AbortController().signal, path: dir });
  await writeFile(join(dir, 'debootstrap'), '#!/bin/sh\nDEF_MIRROR="http://m.invalid/debian"\n', {
    mode: 0o755,
  });
  expect(await readDebootstrapMirror(runner)).toBe('http://m.invalid/debian');
  expect(await readDebootstrapMirror({ ...runner, which: () => Promise.resolve(undefined) })).toBeUndefined();
});
