import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createDownloader } from '../../src/adapters/system/downloader.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import type { BuilderBase } from '../../src/model/project.ts';
import { fetchPackages } from '../../src/stages/builder/package-managers/apk/fetch-packages.ts';
import { findIndex, freezeIndex } from '../../src/stages/builder/package-managers/apk/freeze-index.ts';
import { readOffers, type FrozenIndex } from '../../src/stages/builder/package-managers/apk/frozen-index.ts';
import {
  addPackages,
  makeLocalRepositories,
} from '../../src/stages/builder/package-managers/apk/local-repository.ts';
import { namedDownloads } from '../../src/stages/builder/package-managers/apk/named-downloads.ts';
import { makeApkKey, writeApkRepository } from '../support/apk-repository.ts';
import { apkArchitecture, type ApkSpec } from '../support/make-apk.ts';
import { plainSettings as settings } from '../support/make-project.ts';
import { serveFolder } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const signal = new AbortController().signal;
const noProxies = { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined };
const runner = createProcessRunner({ signal });
const downloader = createDownloader({ proxies: noProxies, caFile: undefined, signal, retryDelayMs: 1 });

const key = makeApkKey('builder');
const jq: ApkSpec = { name: 'jq', version: '1.7-r0', files: { 'usr/bin/jq': 'jq' }, builtAt: 1_700_000_100 };
const libjq: ApkSpec = { name: 'libjq', version: '1.7-r0', files: { 'usr/lib/libjq': 'x' } };

describe('a frozen index of apk', () => {
  const dir = useTempDir();
  let number = 0;
  let repository: string;
  let dataDir: string;
  let warnings: string[];

  beforeEach(() => {
    repository = join(dir, `repository-${++number}`);
    dataDir = join(dir, `data-${number}`);
    warnings = [];
    writeApkRepository(repository, key, [jq, libjq]);
    writeTree(dir, { [`keys/${key.name}`]: key.publicKey });
  });

  interface Overrides {
    readonly base?: BuilderBase;
    readonly repositories?: readonly string[];
    readonly keys?: readonly string[];
    readonly refresh?: boolean;
    readonly variables?: ReadonlyMap<string, string>;
  }

  const options = (overrides: Overrides = {}) => ({
    name: 'acme/jq',
    root: {
      ...{ name: 'alpine', dir, variables: overrides.variables ?? new Map<string, string>() },
      base: overrides.base ?? { kind: 'image' as const, suite: 'apk', reference: 'alpine' },
      settings,
    },
    settings: {
      ...settings,
      apk: {
        repositories: overrides.repositories ?? [repository],
        keys: overrides.keys ?? [join(dir, 'keys')],
      },
    },
    ...{ dataDir, runner, downloader, clock: systemClock, refresh: overrides.refresh ?? false },
    openTempDir: () => openTempDir(dataDir),
    progress: (event: { kind: string; text?: string }) => {
      if (event.kind === 'warning') warnings.push(event.text ?? '');
    },
  });
  const freeze = (overrides?: Overrides): Promise<FrozenIndex> => freezeIndex(options(overrides));

  /** Freezing fails with that code, and nothing stays behind. */
  const refusal = async (overrides?: Overrides): Promise<string> => {
    const error = await freeze(overrides).then(
      () => expect.unreachable('it was accepted'),
      (thrown: unknown) => thrown as Error & { code: string },
    );
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    expect(existsSync(join(dataDir, 'indexes'))).toBe(false);
    return `${error.code}: ${error.message}`;
  };

  /** A base with a configuration of apk, and what else is given. */
  const makeBase = (files: Readonly<Record<string, string | Buffer>>): BuilderBase => {
    const root = join(dir, `root-${number}`);
    writeTree(root, { 'etc/apk/arch': `${apkArchitecture}\n`, [`etc/apk/keys/${key.name}`]: key.publicKey });
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    const location = join(dir, `base-${number}.tar.gz`);
    execFileSync('tar', ['-C', root, '-czf', location, '.']);
    const sha256 = createHash('sha256').update(readFileSync(location)).digest('hex');
    return { kind: 'tarball', suite: 'apk', location, sha256 };
  };

  it('is made once, then used without the repository; its date is that of the newest package', async () => {
    expect(await findIndex(options())).toBeUndefined();
    const index = await freeze();
    expect(index.epoch).toBe(1_700_000_100);
    // `kubler clean` goes by this.
    const pointers = join(dataDir, 'indexes/current');
    expect(readdirSync(pointers).map((name) => readFileSync(join(pointers, name), 'utf8'))).toEqual([
      `${index.digest}\n`,
    ]);
    rmSync(repository, { recursive: true });
    expect(await freeze()).toEqual(index);
    expect(await findIndex(options())).toEqual(index);
    expect(readdirSync(join(dataDir, 'tmp'))).toEqual([]);
    expect((await readOffers(index)).map(({ name }) => name)).toEqual(['jq', 'libjq']);
  });

  it('does not name the repository, and two of one state give the same', async () => {
    const index = await freeze();
    expect(
      execFileSync('sh', [
        '-c',
        `grep -rl --exclude-dir=sources "${repository}" "${index.dir}" || true`,
      ]).toString(),
    ).toBe('');
    cpSync(repository, `${repository}-copy`, { recursive: true });
    expect((await freeze({ repositories: [`${repository}-copy`] })).digest).toBe(index.digest);
  });

  it('changes when it is asked to, and not to an older state', async () => {
    const before = await freeze();
    writeApkRepository(repository, key, [{ ...jq, version: '1.8-r0', builtAt: 1_700_000_200 }, libjq]);
    expect(await freeze()).toEqual(before);
    const after = await freeze({ refresh: true });
    expect((await readOffers(after)).map(({ version }) => version)).toEqual(['1.8-r0', '1.7-r0']);
    writeApkRepository(repository, key, [jq, libjq]);
    expect(await freeze({ refresh: true })).toEqual(after);
    expect(warnings).toEqual([expect.stringContaining('is older than the one in use')]);
  });

  it('takes repositories and keys from the base where nobody names others', async () => {
    const server = await serveFolder(dir);
    const base = makeBase({
      'etc/apk/repositories': `${server.address}/repository-${number}\nftp://a.example/x\n`,
    });
    const index = await freeze({ base, repositories: [], keys: [] });
    await server.close();
    expect((await readOffers(index)).map(({ name }) => name)).toEqual(['jq', 'libjq']);
    expect(warnings).toEqual([expect.stringContaining('one is left out')]);
  });

  it('takes a repository that is a folder of the base, and its packages', async () => {
    const inside = (name: string) => readFileSync(join(repository, apkArchitecture, name));
    const base = makeBase({
      'etc/apk/repositories': '/srv/packages\n',
      [`srv/packages/${apkArchitecture}/APKINDEX.tar.gz`]: inside('APKINDEX.tar.gz'),
      [`srv/packages/${apkArchitecture}/jq-1.7-r0.apk`]: inside('jq-1.7-r0.apk'),
    });
    const index = await freeze({ base, repositories: [], keys: [] });
    const wanted = (await readOffers(index)).filter(({ name }) => name === 'jq');
    const [file = ''] = await fetchPackages(wanted, { downloader, dataDir, tempDir: dir, index });
    expect(readFileSync(file).equals(inside('jq-1.7-r0.apk'))).toBe(true);
  });

  it('takes repositories and keys that a builder names, relative to its folder', async () => {
    const variables = new Map([
      ['APK_REPOSITORIES', `repository-${number} v2 @new repository-${number}`],
      ['APK_KEYS', `keys/${key.name}`],
    ]);
    const index = await freeze({ variables, repositories: ['/nowhere'], keys: ['/nowhere'] });
    expect(index.repositories.map(({ tag }) => tag)).toEqual([undefined, '@new']);
  });

  const recorded = (name: string): string =>
    join(import.meta.dirname, '../unit/stages/builder/package-managers/apk/recorded/adb', name);

  it.each([
    ['v3 ', `${apkArchitecture}/Packages.adb`, 'rsa.adb', 'x86_64/greet-2.1-r3.apk'],
    ['v3 @new ', `${apkArchitecture}/Packages.adb`, 'spec.adb', 'pool/7ac2/greet_2.1-r3.apk'],
    ['ndx ', 'main.adb', 'rsa.adb', 'greet-2.1-r3.apk'],
  ])('takes repositories of version 3 (%s%s, %s)', async (prefix, path, name, packageFile) => {
    const base = join(dir, `adb-${number}`);
    for (const [from, to] of [
      [name, path],
      ['greet-2.1-r3.apk', packageFile],
    ] as const) {
      mkdirSync(dirname(join(base, to)), { recursive: true });
      cpSync(recorded(from), join(base, to));
    }
    const address = prefix === 'ndx ' ? join(base, path) : base;
    const index = await freeze({ repositories: [`${prefix}${address}`], keys: [recorded('rsa.rsa.pub')] });
    expect(index.epoch).toBe(1_700_000_100);
    const offers = (await readOffers(index)).filter((offer) => offer.name === 'greet');
    const paths = await fetchPackages(offers, { downloader, dataDir, tempDir: dir, index });
    const local = await makeLocalRepositories(index, join(dir, `session-${number}`));
    await addPackages(local, index, offers, paths);
    const line = `${prefix.replace('ndx', 'v3')}/.kubler-apk/0\n`;
    expect(readFileSync(join(local, 'repositories'), 'utf8')).toBe(line);
    const same = (file: string, from: string) => readFileSync(file).equals(readFileSync(recorded(from)));
    expect(same(join(local, '0', apkArchitecture, 'Packages.adb'), name)).toBe(true);
    const place = prefix === 'ndx ' ? `x86_64/${packageFile}` : packageFile;
    expect(same(join(local, '0', place), 'greet-2.1-r3.apk')).toBe(true);
  });

  it('is refused where something is missing or cannot be trusted', async () => {
    expect(await refusal({ repositories: [] })).toContain(
      'CONFIG_INVALID: cannot find packages for builder "alpine": no repository',
    );
    expect(await refusal({ keys: [] })).toContain(
      'CONFIG_INVALID: cannot find packages for builder "alpine": no key',
    );
    expect(await refusal({ keys: ['/nowhere.rsa.pub'] })).toContain(
      'CONFIG_INVALID: cannot read key "/nowhere.rsa.pub"',
    );
    expect(await refusal({ repositories: ['/nowhere'] })).toContain(
      'CONFIG_INVALID: cannot fetch "file:///nowhere/',
    );
    const other = makeApkKey('other');
    writeTree(dir, { [`others/${other.name}`]: other.publicKey });
    expect(await refusal({ keys: [join(dir, 'others')] })).toContain('SIGNATURE_INVALID');
    const base = makeBase({ 'etc/apk/arch': 'riscv64\n', 'etc/apk/repositories': `${repository}\n` });
    expect(await refusal({ base, repositories: [] })).toContain('HOST_UNSUPPORTED');
  });

  it('has packages fetched once, checked, and shown to containers with the index as it was signed', async () => {
    const index = await freeze({ repositories: [pathToFileURL(repository).href, `@twice ${repository}`] });
    const offers = await readOffers(index);
    expect(offers.map(({ repositories }) => repositories)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const fetching = { downloader, dataDir, tempDir: dir, index };
    const paths = await fetchPackages(offers, fetching);
    expect(new Set(paths.map((path) => path.slice(-64)))).toEqual(await namedDownloads(dataDir));
    const local = await makeLocalRepositories(index, join(dir, `session-${number}`));
    await addPackages(local, index, offers, paths);
    await addPackages(local, index, offers, paths);
    const packages = ['jq-1.7-r0.apk', 'libjq-1.7-r0.apk'];
    for (const repo of ['0', '1'])
      expect(readdirSync(join(local, repo, apkArchitecture)).sort()).toEqual([
        'APKINDEX.tar.gz',
        ...packages,
      ]);
    expect(readFileSync(join(local, 'repositories'), 'utf8')).toBe('/.kubler-apk/0\n@twice /.kubler-apk/1\n');
    expect(readdirSync(join(local, 'keys'))).toEqual([key.name]);
    const signed = (folder: string) => readFileSync(join(folder, apkArchitecture, 'APKINDEX.tar.gz'));
    expect(signed(join(local, '0')).equals(signed(repository))).toBe(true);
  });

  it('does not take a package that is not the one of the index, or that is gone', async () => {
    const index = await freeze();
    const [first, second] = await readOffers(index);
    if (!first || !second) return expect.unreachable('two packages');
    const file = join(repository, apkArchitecture, 'jq-1.7-r0.apk');
    const fetching = { downloader, dataDir, tempDir: dir, index };
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, bytes.length - 20));
    await expect(fetchPackages([first], fetching)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    rmSync(join(repository, apkArchitecture, 'libjq-1.7-r0.apk'));
    await expect(fetchPackages([second], fetching)).rejects.toMatchObject({ code: 'PACKAGE_GONE' });
    expect(readdirSync(join(dataDir, 'downloads'))).toEqual([]);
  });
});
