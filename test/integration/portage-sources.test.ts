import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { createDownloader } from '../../src/adapters/system/downloader.ts';
import { createProcessRunner } from '../../src/adapters/system/process-runner.ts';
import { openTempDir } from '../../src/adapters/system/temp-dir.ts';
import type { BuilderBase } from '../../src/model/project.ts';
import { portage } from '../../src/stages/builder/package-managers/portage/index.ts';
import { makeSigningKey, type SigningKey } from '../support/apt-archive.ts';
import { digestsOf, signDetached, signInline, writeSnapshot, writeStage3 } from '../support/gentoo-mirror.ts';
import { plainSettings } from '../support/make-project.ts';
import { requires } from '../support/requires.ts';
import { serveFolder, type FolderServer } from '../support/serve-folder.ts';
import { useTempDir } from '../support/use-temp-dir.ts';

const signal = new AbortController().signal;
const noProxies = { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined };
const runner = createProcessRunner({ signal });
const downloader = createDownloader({ proxies: noProxies, caFile: undefined, signal, retryDelayMs: 1 });
const name = 'stage3-amd64-openrc';
const [older, newer] = ['20261101T170000Z', '20261108T170000Z'] as const;
const time = (date: string): number => Date.parse(date) / 1000;

requires(
  'gpg',
  'gpgv',
  'xz',
  'git',
)('what a Gentoo builder starts from', () => {
  const dir = useTempDir();
  let key: SigningKey;
  let other: SigningKey;
  let server: FolderServer;
  let number = 0;
  let mirror: string;
  let dataDir: string;
  let oldTarball: string;

  beforeAll(async () => {
    key = makeSigningKey(dir, 'gentoo');
    other = makeSigningKey(dir, 'other');
    server = await serveFolder(dir);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    mirror = `mirror-${++number}`;
    dataDir = join(dir, `data-${number}`);
    oldTarball = writeStage3(join(dir, mirror), key, name, older);
    writeStage3(join(dir, mirror), key, name, newer);
    writeSnapshot(join(dir, mirror), key, 'gentoo-20261109');
  });

  interface Overrides {
    readonly date?: string;
    readonly variables?: Readonly<Record<string, string>>;
    readonly mirrors?: readonly string[];
    readonly keyring?: string;
    readonly refresh?: boolean;
    readonly base?: BuilderBase;
  }

  const options = (overrides: Overrides = {}) => {
    const mirrors = overrides.mirrors ?? [`${server.address}/${mirror}/`];
    const settings = {
      ...plainSettings,
      portage: { mirrors, keyring: overrides.keyring ?? key.keyring, date: '20261109' },
    };
    const base =
      overrides.base ?? ({ kind: 'stage3', suite: overrides.date ?? older, name, url: undefined } as const);
    const variables = new Map(Object.entries(overrides.variables ?? {}));
    const root = { name: 'gentoo', dir, base, settings, variables };
    const common = {
      name: 'builder gentoo',
      root,
      settings,
      dataDir,
      runner,
      downloader,
      clock: systemClock,
    };
    const refresh = overrides.refresh ?? false;
    return { ...common, refresh, progress: () => undefined, openTempDir: () => openTempDir(dataDir) };
  };
  const freeze = (overrides?: Overrides) => portage.freezeIndex(options(overrides));

  test('is verified, kept, and not fetched again', async () => {
    const index = await freeze();
    expect(index.epoch).toBe(time('2026-11-09T00:00:00Z'));
    const named = await portage.namedDownloads(dataDir);
    expect(named.size).toBe(2);
    for (const sha256 of named) expect(existsSync(join(dataDir, 'downloads', sha256))).toBe(true);
    const requests = server.requests.length;
    expect((await freeze()).digest).toBe(index.digest);
    expect((await portage.findIndex(options()))?.digest).toBe(index.digest);
    expect(server.requests).toHaveLength(requests);
    expect((await freeze({ refresh: true })).digest).toBe(index.digest);
  });

  test('is the newest with "latest", until an update', async () => {
    const first = await freeze({ date: 'latest' });
    expect(first.digest).toBe((await freeze({ date: newer })).digest);
    writeStage3(join(dir, mirror), key, name, '20261115T170000Z');
    expect((await freeze({ date: 'latest' })).digest).toBe(first.digest);
    const updated = await freeze({ date: 'latest', refresh: true });
    expect(updated.digest).not.toBe(first.digest);
    expect(updated.epoch).toBe(time('2026-11-15T17:00:00Z'));
  });

  test('a mirror without it is passed over', async () => {
    const mirrors = [`${server.address}/nowhere`, `${server.address}/${mirror}`];
    await expect(freeze({ mirrors })).resolves.toBeDefined();
    await expect(freeze({ mirrors: [`${server.address}/nowhere`], date: newer })).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
    });
  });

  test('nothing is fetched without a mirror', async () => {
    await expect(freeze({ mirrors: [] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('portage.mirror') as string,
    });
  });

  test('a tarball that is not what its DIGESTS say is refused', async () => {
    appendFileSync(oldTarball, 'x');
    await expect(freeze()).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
    expect(existsSync(join(dataDir, 'downloads'))).toBe(false);
  });

  test.each(['BLAKE2B', 'SHA512'])('a %s that differs is enough', async (kind) => {
    const text = digestsOf(oldTarball, `${name}-${older}.tar.xz`);
    const at = text.indexOf(`# ${kind} HASH\n`) + `# ${kind} HASH\n`.length;
    const wrong = `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
    writeFileSync(`${oldTarball}.DIGESTS`, wrong);
    signInline(key, `${oldTarball}.DIGESTS`);
    await expect(freeze()).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringContaining(`its ${kind} is`) as string,
    });
  });

  test('DIGESTS without a strong sum of it are refused', async () => {
    writeFileSync(`${oldTarball}.DIGESTS`, `# SHA512 HASH\n${'a'.repeat(128)}  another.tar.xz\n`);
    signInline(key, `${oldTarball}.DIGESTS`);
    await expect(freeze()).rejects.toMatchObject({
      code: 'CHECKSUM_MISMATCH',
      message: expect.stringContaining('neither') as string,
    });
  });

  test('a signature of another key is refused, and one that was altered', async () => {
    await expect(freeze({ keyring: other.keyring })).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    const file = `${oldTarball}.DIGESTS`;
    writeFileSync(file, readFileSync(file, 'utf8').replace('BLAKE2B', 'BLAKE2X'));
    await expect(freeze()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  test('text outside of the signature does not count', async () => {
    const file = `${oldTarball}.DIGESTS`;
    const evil = `# SHA512 HASH\n${'0'.repeat(128)}  ${name}-${older}.tar.xz\n`;
    writeFileSync(file, `${evil}${readFileSync(file, 'utf8')}\n${evil}`);
    await expect(freeze()).resolves.toBeDefined();
  });

  test('DIGESTS that are not signed take a signed tarball', async () => {
    writeFileSync(`${oldTarball}.DIGESTS`, digestsOf(oldTarball, `${name}-${older}.tar.xz`));
    await expect(freeze()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    signDetached(key, oldTarball, 'asc');
    await expect(freeze()).resolves.toBeDefined();
  });

  test('a missing keyring is named, with where to get it', async () => {
    await expect(freeze({ keyring: join(dir, 'none.asc') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('portage.keyring') as string,
    });
  });

  test('a snapshot of the tree that was altered, or is not signed, is refused', async () => {
    const snapshot = join(dir, mirror, 'snapshots/gentoo-20261109.tar.xz');
    appendFileSync(snapshot, 'x');
    await expect(freeze()).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
    rmSync(`${snapshot}.gpgsig`);
    await expect(freeze()).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a snapshot may have its older name', async () => {
    rmSync(join(dir, mirror, 'snapshots'), { recursive: true });
    writeSnapshot(join(dir, mirror), key, 'portage-20261109');
    await expect(freeze()).resolves.toBeDefined();
  });

  test('a tree may be a tarball with its sum', async () => {
    const file = writeSnapshot(join(dir, mirror), key, 'own');
    const sha256 = execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
    const variables = { PORTAGE_TREE: `tarball:${file}`, PORTAGE_TREE_SHA256: sha256 };
    const base = { kind: 'image', suite: 'portage', reference: 'any' } as const;
    await freeze({ variables, base, mirrors: [] });
    expect(await portage.namedDownloads(dataDir)).toEqual(new Set([sha256]));
    const wrong = { ...variables, PORTAGE_TREE_SHA256: '0'.repeat(64) };
    await expect(freeze({ variables: wrong, base })).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });

  test('a tree may be in git: of a day, a commit, or now', async () => {
    const repository = join(dir, `git-${number}`);
    const git = (...args: string[]): string =>
      execFileSync(
        'git',
        ['-c', 'user.name=x', '-c', 'user.email=x@example.org', '-C', repository, ...args],
        {
          encoding: 'utf8',
          env: { ...process.env, GIT_COMMITTER_DATE: commitDate, GIT_AUTHOR_DATE: commitDate },
        },
      ).trim();
    let commitDate = '';
    execFileSync('git', ['init', '--quiet', repository]);
    for (const day of ['2026-11-01', '2026-11-08']) {
      commitDate = `${day}T12:00:00Z`;
      writeFileSync(join(repository, 'day'), day);
      git('add', '.');
      git('commit', '--quiet', '-m', day);
    }
    const base = { kind: 'image', suite: 'portage', reference: 'any' } as const;
    const of = (date: string) =>
      freeze({
        base,
        variables: { PORTAGE_TREE: `git:${pathToFileURL(repository).href}`, PORTAGE_DATE: date },
      });
    expect((await of('20261103')).epoch).toBe(time('2026-11-01T12:00:00Z'));
    expect((await of('latest')).epoch).toBe(time('2026-11-08T12:00:00Z'));
    expect((await of(git('rev-parse', 'HEAD'))).epoch).toBe(time('2026-11-08T12:00:00Z'));
    await expect(of('20261001')).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
  });

  test('a base that has its own tree takes neither mirror nor keys', async () => {
    const base = { kind: 'image', suite: 'portage', reference: 'any' } as const;
    const requests = server.requests.length;
    const index = await freeze({ base, mirrors: [], keyring: '/none' });
    expect(index.epoch).toBe(time('1980-01-01T00:00:00Z'));
    expect(server.requests).toHaveLength(requests);
  });
});
