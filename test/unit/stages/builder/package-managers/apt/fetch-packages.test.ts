import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KublerError } from '../../../../../../src/errors.ts';
import type { PackageFile } from '../../../../../../src/model/package.ts';
import type { Fetched } from '../../../../../../src/model/progress.ts';
import type { Downloader, DownloadSpec } from '../../../../../../src/ports/downloader.ts';
import { fetchPackages } from '../../../../../../src/stages/builder/package-managers/apt/fetch-packages.ts';

let dataDir: string;
let asked: DownloadSpec[];
let running: number;
let mostRunning: number;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'kubler-packages-'));
  asked = [];
  running = mostRunning = 0;
});
afterEach(() => rm(dataDir, { recursive: true }));

const packageOf = (name: string): PackageFile => ({
  name,
  version: '1',
  architecture: 'all',
  sizeBytes: name.length,
  sha256: createHash('sha256').update(name).digest('hex'),
  url: `http://kubler.invalid/0/${name}.deb`,
  fileName: `${name}_1_all.deb`,
});

/** A mirror whose packages hold their own names; those that begin with "no" have left it. */
const downloader: Downloader = {
  download: async (spec) => {
    asked.push(spec);
    mostRunning = Math.max(mostRunning, ++running);
    await new Promise((resolve) => setTimeout(resolve, 50));
    running -= 1;
    const name = /([^/]+)\.deb$/.exec(spec.url)?.[1] ?? '';
    if (name.startsWith('no')) return false;
    if (name.startsWith('bad')) throw new KublerError('CHECKSUM_MISMATCH', 'bad');
    await writeFile(spec.hostFile, name);
    return true;
  },
};

const options = () => ({ downloader, dataDir, index: { uris: ['http://m.invalid/debian'] } });

test('packages are fetched once from the mirror in use, four at a time', async () => {
  const files = ['a', 'bb', 'c', 'd', 'e', 'f'].map(packageOf);
  const progress: Fetched[] = [];
  const found = await fetchPackages(files, { ...options(), onProgress: (done) => progress.push(done) });
  expect([...found.keys()]).toEqual(files.map((file) => file.fileName));
  expect(await readFile(found.get('bb_1_all.deb') ?? '', 'utf8')).toBe('bb');
  const request = asked.find(({ url }) => url === 'http://m.invalid/debian/bb.deb');
  expect(request?.sha256).toBe(files[1]?.sha256);
  expect(mostRunning).toBe(4);
  expect(progress[0]).toEqual({ files: 0, ofFiles: 6, bytes: 0, ofBytes: 7 });
  expect(progress.at(-1)).toEqual({ files: 6, ofFiles: 6, bytes: 7, ofBytes: 7 });
  await fetchPackages(files, options());
  expect(asked).toHaveLength(6);
});

test('a package on disk that is damaged is fetched again', async () => {
  const file = packageOf('abc');
  const hostFile = join(dataDir, 'downloads', file.sha256);
  await fetchPackages([], options());
  await writeFile(hostFile, 'abX');
  await fetchPackages([file], options());
  expect(await readFile(hostFile, 'utf8')).toBe('abc');
  await writeFile(hostFile, 'a');
  await fetchPackages([file], options());
  expect(await readFile(hostFile, 'utf8')).toBe('abc');
});

test('a package that has left the mirror is told with what to do', async () => {
  await expect(fetchPackages([packageOf('none')], options())).rejects.toMatchObject({
    code: 'PACKAGE_GONE',
    hint: expect.stringContaining('kubler update') as string,
  });
});

test('after a failure nothing new begins and nothing goes on', async () => {
  const files = ['bad', ...Array.from({ length: 20 }, (_, index) => `p${index}`)].map(packageOf);
  await expect(fetchPackages(files, options())).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  expect(running).toBe(0);
  expect(asked.length).toBeLessThan(10);
});
